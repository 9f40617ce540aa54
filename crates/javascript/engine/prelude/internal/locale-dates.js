// Dates and times in American English, in UTC.
'use strict';

const { check, checkOptions, warnOnce } = require('internal/locale');

const MONTHS = 'January,February,March,April,May,June,July,August,September,October,November,December'.split(',');
const WEEKDAYS = 'Sunday,Monday,Tuesday,Wednesday,Thursday,Friday,Saturday'.split(',');

const UTC = /^(etc\/)?(utc|gmt|uct|universal|zulu|greenwich|gmt[+-]?0)$/i;
const ZONES = { short: 'UTC', long: 'Coordinated Universal Time' };

const DATE = ['weekday', 'year', 'month', 'day'];
const TIME = ['hour', 'minute', 'second', 'fractionalSecondDigits'];
const STYLES = ['dateStyle', 'timeStyle'];
const OTHERS = ['hour12', 'hourCycle', 'timeZone', 'timeZoneName'];
// These choose between ways that lead to the same text here.
const WITHOUT_EFFECT = ['localeMatcher', 'formatMatcher'];
const KNOWN = new Set([...DATE, ...TIME, ...STYLES, ...OTHERS, ...WITHOUT_EFFECT]);

const NUMERIC_DATE = { year: 'numeric', month: 'numeric', day: 'numeric' };
const NUMERIC_TIME = { hour: 'numeric', minute: 'numeric', second: 'numeric' };

const DATE_STYLES = {
  full: { weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' },
  long: { year: 'numeric', month: 'long', day: 'numeric' },
  medium: { year: 'numeric', month: 'short', day: 'numeric' },
  short: { year: '2-digit', month: 'numeric', day: 'numeric' },
};
const TIME_STYLES = {
  full: { ...NUMERIC_TIME, timeZoneName: 'long' },
  long: { ...NUMERIC_TIME, timeZoneName: 'short' },
  medium: NUMERIC_TIME,
  short: { hour: 'numeric', minute: 'numeric' },
};

// What each method asks for, and what it writes where none of that is in its options.
const METHODS = {
  toLocaleString: [[...DATE, ...TIME], { ...NUMERIC_DATE, ...NUMERIC_TIME }],
  toLocaleDateString: [DATE, NUMERIC_DATE],
  toLocaleTimeString: [TIME, NUMERIC_TIME],
};

/** The text that the method of this name gives for a time in milliseconds. */
exports.format = function (method, time, locales, options) {
  check(method, locales);
  const given = options === undefined ? {} : Object(options);
  checkOptions(method, given, KNOWN);
  checkZone(method, given.timeZone);
  if (Number.isNaN(time)) return 'Invalid Date';
  const parts = partsOf(method, given);
  const date = new Date(time);
  const day = dateText(date, parts);
  const hour = timeText(date, parts);
  const zone = parts.timeZoneName ? ZONES[parts.timeZoneName] || ZONES.short : '';
  const clock = hour && zone ? `${hour} ${zone}` : hour || zone;
  if (!day || !clock) return day || clock;
  return day + joint(given, parts) + clock;
};

function joint({ dateStyle, timeStyle }, parts) {
  if (timeStyle && (dateStyle === 'full' || dateStyle === 'long')) return ' at ';
  return parts.year || parts.month || parts.day ? ', ' : ' ';
}

function checkZone(method, zone) {
  if (zone === undefined || UTC.test(zone)) return;
  warnOnce(`${method}: the time zone '${zone}' is not built in; the text is written in UTC`);
}

function partsOf(method, given) {
  if (given.dateStyle !== undefined || given.timeStyle !== undefined) {
    const { dateStyle, timeStyle, hour12, hourCycle } = given;
    for (const name of [...DATE, ...TIME, 'timeZoneName']) {
      if (given[name] === undefined) continue;
      throw new TypeError(`Can't set option ${name} when ${STYLES.find((style) => given[style])} is used`);
    }
    const [date, time] = [styleOf('dateStyle', DATE_STYLES, dateStyle), styleOf('timeStyle', TIME_STYLES, timeStyle)];
    return { ...date, ...time, hour12, hourCycle };
  }
  const [asked, defaults] = METHODS[method];
  return asked.some((name) => given[name] !== undefined) ? given : { ...given, ...defaults };
}

function styleOf(name, styles, style) {
  if (style === undefined) return {};
  if (!Object.hasOwn(styles, style)) {
    throw new RangeError(`Value ${style} out of range for Intl.DateTimeFormat options property ${name}`);
  }
  return styles[style];
}

const two = (number) => String(number).padStart(2, '0');

function numberOf(value, form) {
  return form === '2-digit' ? two(value % 100) : String(value);
}

function nameOf(names, index, form) {
  const name = names[index];
  return form === 'long' ? name : name.slice(0, form === 'narrow' ? 1 : 3);
}

function dateText(date, { weekday, year, month, day }) {
  const years = year && numberOf(date.getUTCFullYear(), year);
  const days = day && numberOf(date.getUTCDate(), day);
  const week = weekday && nameOf(WEEKDAYS, date.getUTCDay(), weekday);
  const text = calendarText(date.getUTCMonth(), month, days, years);
  if (!week || !text) return week || text;
  return days && month ? `${week}, ${text}` : `${text} ${week}`;
}

function calendarText(index, month, day, year) {
  if (!month) return day && year ? `${year} (day: ${day})` : day || year || '';
  if (month === 'numeric' || month === '2-digit') {
    return [numberOf(index + 1, month), day, year].filter(Boolean).join('/');
  }
  const name = nameOf(MONTHS, index, month);
  const start = day ? `${name} ${day}` : name;
  return year ? `${start}${day ? ', ' : ' '}${year}` : start;
}

function timeText(date, { hour, minute, second, fractionalSecondDigits: digits, hour12, hourCycle }) {
  const parts = [];
  const cycle = cycleOf(hour12, hourCycle);
  if (hour) parts.push(hourText(date.getUTCHours(), hour, cycle));
  const alone = !hour && !(minute && second);
  if (minute) parts.push(alone ? String(date.getUTCMinutes()) : two(date.getUTCMinutes()));
  const fraction = digits ? String(date.getUTCMilliseconds()).padStart(3, '0').slice(0, digits) : '';
  if (second) {
    const seconds = alone ? String(date.getUTCSeconds()) : two(date.getUTCSeconds());
    parts.push(fraction ? `${seconds}.${fraction}` : seconds);
  } else if (fraction) parts.push(fraction);
  const text = parts.join(':');
  if (!hour || !cycle.twelve) return text;
  return `${text} ${date.getUTCHours() < 12 ? 'AM' : 'PM'}`;
}

// With `hour12: false` midnight is hour 24, as Node has it.
function cycleOf(hour12, hourCycle) {
  const name = hour12 === undefined ? hourCycle || 'h12' : hour12 ? 'h12' : 'h24';
  return { twelve: name === 'h12' || name === 'h11', first: name === 'h12' || name === 'h24' ? 1 : 0 };
}

function hourText(hours, form, { twelve, first }) {
  const range = twelve ? 12 : 24;
  let shown = hours % range;
  if (shown === 0 && first === 1) shown = range;
  return form === '2-digit' || !twelve ? two(shown) : String(shown);
}
