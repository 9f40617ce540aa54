//: expect: completed ["2/27/2019, 2:14:29 PM", "2/27/2019, 2:14:29 PM", "2/27/2019", "1,234.5", "RangeError"]
//: expect log: warn toLocaleString: the time zone 'America/New_York' is not built in; the text is written in UTC
//: expect log: warn toLocaleDateString: 'de-DE' is not built in; the text is written as in en-US
//: expect log: warn toLocaleString: the option 'notation' has no effect
module.exports = (user, context, cb) => {
  const date = new Date('2019-02-27T14:14:29.206Z');
  const inNewYork = () => date.toLocaleString('en-US', { timeZone: 'America/New_York' });
  let error;
  try {
    date.toLocaleString('no language');
  } catch (thrown) {
    error = thrown.name;
  }
  const number = () => (1234.5).toLocaleString('en-US', { notation: 'compact' });
  cb(null, [inNewYork(), inNewYork(), date.toLocaleDateString('de-DE'), number(), error]);
};
