//: expect: completed [5, "text/plain", "bé", "abé"]
module.exports = async () => {
  const blob = new Blob(['a', new Uint8Array([98]), new Blob(['é'])].concat(''), { type: 'text/plain' });
  return [new Blob(['abcde']).size, blob.type, await blob.slice(1).text(), await blob.text()];
};
