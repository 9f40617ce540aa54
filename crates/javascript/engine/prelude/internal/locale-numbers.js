// Numbers in American English: decimal, percent and currency.
'use strict';

const { check, checkOptions, warnOnce } = require('internal/locale');

const KNOWN = new Set([
  'style',
  'currency',
  'currencyDisplay',
  'useGrouping',
  'minimumIntegerDigits',
  'minimumFractionDigits',
  'maximumFractionDigits',
  'minimumSignificantDigits',
  'maximumSignificantDigits',
  'localeMatcher',
]);

// Signs in American English; a currency without one is written as its code.
const SIGNS = {
  __proto__: null,
  AUD: 'A$',
  BRL: 'R$',
  CAD: 'CA$',
  CNY: 'CN¥',
  EUR: '€',
  GBP: '£',
  HKD: 'HK$',
  ILS: '₪',
  INR: '₹',
  JPY: '¥',
  KRW: '₩',
  MXN: 'MX$',
  NZD: 'NZ$',
  PHP: '₱',
  TWD: 'NT$',
  USD: '$',
  VND: '₫',
};
// Currencies whose smallest unit is another one than a hundredth.
const FRACTION_DIGITS = {
  __proto__: null,
  BHD: 3,
  CLP: 0,
  ISK: 0,
  JOD: 3,
  JPY: 0,
  KRW: 0,
  KWD: 3,
  PYG: 0,
  TND: 3,
  UGX: 0,
  VND: 0,
};

const DECIMAL_DIGITS = 3;

/** The text of a number or a BigInt. */
exports.format = function (value, locales, options) {
  check('toLocaleString', locales);
  const given = options === undefined ? {} : Object(options);
  checkOptions('toLocaleString', given, KNOWN);
  const style = styleOf(given);
  if (Number.isNaN(value)) return style.around('NaN');
  const isNegative = value < 0 || Object.is(value, -0);
  const text = value === Infinity || value === -Infinity ? '∞' : digitsText(value, style, given);
  return (isNegative ? '-' : '') + style.around(text);
};

function styleOf(given) {
  switch (given.style) {
    case undefined:
    case 'decimal':
      return { fraction: [0, DECIMAL_DIGITS], shift: 0, around: (text) => text };
    case 'percent':
      return { fraction: [0, 0], shift: 2, around: (text) => `${text}%` };
    case 'currency':
      return currencyOf(given);
    default:
      throw new RangeError(`Value ${given.style} out of range for Intl.NumberFormat options property style`);
  }
}

function currencyOf({ currency, currencyDisplay }) {
  if (currency === undefined) throw new TypeError('Currency code is required with currency style.');
  if (!/^[a-z]{3}$/i.test(currency)) throw new RangeError(`Invalid currency code : ${currency}`);
  if (currencyDisplay === 'name') warnOnce("toLocaleString: the option 'currencyDisplay' has no effect as 'name'");
  const code = currency.toUpperCase();
  const sign = currencyDisplay === 'code' ? undefined : SIGNS[code];
  const shown = currencyDisplay === 'narrowSymbol' && sign ? sign.replace(/^[A-Z]+(?=\W)/, '') : sign;
  const digits = code in FRACTION_DIGITS ? FRACTION_DIGITS[code] : 2;
  const around = (text) => (shown === undefined ? `${code}\u00a0${text}` : shown + text);
  return { fraction: [digits, digits], shift: 0, around };
}

function digitsText(value, style, given) {
  const number = decimalOf(value, style.shift);
  let least = 0;
  if (given.minimumSignificantDigits !== undefined || given.maximumSignificantDigits !== undefined) {
    const minimum = optionOf(given, 'minimumSignificantDigits', 1, 21, 1);
    round(number, optionOf(given, 'maximumSignificantDigits', minimum, 21, 21) - number.whole);
    least = Math.max(0, minimum - number.whole);
  } else {
    const [minimum, maximum] = fractionDigits(given, style.fraction);
    round(number, maximum);
    least = minimum;
  }
  const integer = number.digits.slice(0, Math.max(0, number.whole)) || '0';
  const fraction = '0'.repeat(Math.max(0, -number.whole)) + number.digits.slice(Math.max(0, number.whole));
  const padded = integer.padStart(optionOf(given, 'minimumIntegerDigits', 1, 21, 1), '0');
  const whole = given.useGrouping === false ? padded : padded.replace(/\B(?=(\d{3})+$)/g, ',');
  const rest = fraction.replace(/0+$/, '').padEnd(least, '0');
  return rest === '' ? whole : `${whole}.${rest}`;
}

function fractionDigits(given, [low, high]) {
  const { minimumFractionDigits: minimum, maximumFractionDigits: maximum } = given;
  const least = minimum === undefined ? undefined : optionOf(given, 'minimumFractionDigits', 0, 20);
  const most = maximum === undefined ? undefined : optionOf(given, 'maximumFractionDigits', 0, 20);
  if (least !== undefined && most !== undefined && least > most) {
    throw new RangeError('maximumFractionDigits value is out of range.');
  }
  return [least ?? Math.min(low, most ?? low), most ?? Math.max(high, least ?? high)];
}

function optionOf(given, name, low, high, otherwise) {
  if (given[name] === undefined) return otherwise;
  const number = Math.floor(Number(given[name]));
  if (!(number >= low && number <= high)) throw new RangeError(`${name} value is out of range.`);
  return number;
}

/** The digits of the shortest text that means the value, and how many of them stand before the point. */
function decimalOf(value, shift) {
  if (typeof value === 'bigint') {
    const digits = String(value < 0n ? -value : value);
    return { digits: digits + '0'.repeat(shift), whole: digits.length + shift };
  }
  if (value === 0) return { digits: '0', whole: 1 };
  const [mantissa, exponent] = Math.abs(value).toExponential().split('e');
  const number = { digits: mantissa.replace('.', ''), whole: Number(exponent) + 1 + shift };
  number.digits = number.digits.padEnd(number.whole, '0');
  return number;
}

/** Rounds to so many digits after the point, halves away from zero. */
function round(number, places) {
  const kept = number.whole + places;
  if (kept >= number.digits.length) return;
  const up = kept >= 0 && number.digits[kept] >= '5';
  let digits = number.digits.slice(0, Math.max(0, kept));
  if (up) {
    const length = digits.length;
    digits = String(BigInt(digits || '0') + 1n).padStart(length, '0');
    if (digits.length > length) number.whole += 1;
  }
  number.digits = digits.padEnd(number.whole, '0');
}
