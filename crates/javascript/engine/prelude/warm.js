// Pre-initialisation does what every run would do again. Nothing here changes what a script sees.
'use strict';

// Events as they come. As long as they live, the engine keeps the names of their keys and the layouts of their objects,
// and parsing an event of the same form finds both.
const familiar = [];

const CONNECTION = { id: '', name: '', tenant: '' };
const WEBTASK = { secrets: {}, event: { id: '', attempt: 1, initiated_by: '' } };
const METADATA = { user_metadata: {}, app_metadata: {} };
const PROFILE = { username: '', email: '', emailVerified: true, phoneNumber: '', phoneNumberVerified: true, ...METADATA };

const EVENTS = [
  {
    user: { id: '', username: '', email: '', last_password_reset: '' },
    context: { connection: CONNECTION, webtask: WEBTASK },
  },
  { user: { id: '', tenant: '', ...PROFILE }, context: { requestLanguage: '', connection: CONNECTION, webtask: WEBTASK } },
  { id: 1, status: 200, headers: { 'content-type': [''], 'content-length': [''], date: [''] }, body: '' },
  { id: 1, timer: true },
];

exports.up = function () {
  for (const event of EVENTS) familiarise(event);
  instantiate(globalThis, new Set());
};

// Objects grow by a property at a time, so each step on the way is a layout.
function familiarise(value) {
  if (typeof value !== 'object' || value === null) return;
  const keys = Object.keys(value);
  keys.forEach((key, index) => {
    if (!Array.isArray(value)) familiar.push(JSON.parse(JSON.stringify(value, keys.slice(0, index + 1))));
    familiarise(value[key]);
  });
}

// The engine makes the functions of its library when they are first looked at. Looking at all of them now spares the runs.
function instantiate(object, seen) {
  if ((typeof object !== 'object' && typeof object !== 'function') || object === null || seen.has(object)) return;
  seen.add(object);
  for (const key of Reflect.ownKeys(object)) {
    const property = Reflect.getOwnPropertyDescriptor(object, key);
    for (const value of [property.value, property.get, property.set]) instantiate(value, seen);
  }
  instantiate(Reflect.getPrototypeOf(object), seen);
}
