//: expect: completed
//: expect log: info 2/27/2019, 2:14:29 PM | 2/27/2019 | 2:14:29 PM
//: expect log: info Wednesday, February 27, 2019 | Feb 27 | 02/27/2019 | February 2019 | Wed, 2/27
//: expect log: info 02:14 PM | 14:14 | 2 PM UTC | February 27, 2019, 2:14 PM
//: expect log: info Wednesday, February 27, 2019 at 2:14 PM | 2/27/19, 2:14:29 PM Coordinated Universal Time
//: expect log: info 1,234,567.891 | 1,234.50 | 1.01 | 25.6% | $1,234.50 | -€5.00 | ¥5 | 007 | 1234 | 12,345,678,901,234,567,890
//: expect log: info Wed Feb 27 2019 14:14:29 GMT+0000 (Coordinated Universal Time) | 14:14:29 GMT+0000 (Coordinated Universal Time)
//: expect log: info Invalid Date Invalid Date NaN ∞ 1,000,2
module.exports = (user, context, cb) => {
  const date = new Date('2019-02-27T14:14:29.206Z');
  const say = (...texts) => console.log(texts.join(' | '));
  const day = (options) => date.toLocaleDateString('en-US', options);
  const time = (options) => date.toLocaleTimeString(['en-US'], options);
  say(date.toLocaleString(), day(), time({ timeZone: 'UTC' }));
  say(
    day({ weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' }),
    day({ month: 'short', day: 'numeric' }),
    day({ year: 'numeric', month: '2-digit', day: '2-digit' }),
    day({ month: 'long', year: 'numeric' }),
    day({ weekday: 'short', month: 'numeric', day: 'numeric' })
  );
  say(
    time({ hour: '2-digit', minute: '2-digit' }),
    time({ hour: 'numeric', minute: 'numeric', hour12: false }),
    time({ hour: 'numeric', timeZoneName: 'short' }),
    day({ year: 'numeric', month: 'long', day: 'numeric', hour: 'numeric', minute: 'numeric' })
  );
  say(
    date.toLocaleString('en', { dateStyle: 'full', timeStyle: 'short' }),
    date.toLocaleString('en', { dateStyle: 'short', timeStyle: 'full' })
  );
  const number = (value, options) => value.toLocaleString('en-US', options);
  say(
    number(1234567.8912),
    number(1234.5, { minimumFractionDigits: 2 }),
    number(1.005, { maximumFractionDigits: 2 }),
    number(0.256, { style: 'percent', maximumFractionDigits: 1 }),
    number(1234.5, { style: 'currency', currency: 'USD' }),
    number(-5, { style: 'currency', currency: 'eur' }),
    number(5, { style: 'currency', currency: 'JPY' }),
    number(7, { minimumIntegerDigits: 3 }),
    number(1234, { useGrouping: false }),
    number(12345678901234567890n)
  );
  say(String(date), date.toTimeString());
  console.log(
    String(new Date(NaN)),
    new Date(NaN).toLocaleString(),
    number(NaN),
    number(Infinity),
    [1000, 2].toLocaleString()
  );
  cb();
};
