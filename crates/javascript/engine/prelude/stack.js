// Stacks as their reader wants them: the header of Node, the frames of the author alone, columns as in the author's file.
'use strict';

const AUTHOR = 'hook.js';
// The length of what the engine puts before the script on its first line; `compile.rs` holds the text.
const PREFIX = '(function (exports, require, module, __filename, __dirname) {'.length;

function describe(error) {
  try {
    const name = String(error.name === undefined ? 'Error' : error.name);
    const message = String(error.message === undefined ? '' : error.message);
    if (name === '') return message;
    return message === '' ? name : `${name}: ${message}`;
  } catch {
    return 'Error';
  }
}

function frame(site) {
  const file = site.getFileName();
  // The functions of the prelude carry no file: `engine.rs` leaves out what says where they stand.
  if (site.isNative() || typeof file !== 'string' || file === '') return '';
  const line = site.getLineNumber();
  let column = site.getColumnNumber();
  if (line === 1 && file === AUTHOR) column = column > PREFIX ? column - PREFIX : 1;
  const name = site.getFunctionName();
  const place = `${file}:${line}:${column}`;
  return name && name !== '<anonymous>' && name !== '<eval>' ? `\n    at ${name} (${place})` : `\n    at ${place}`;
}

Error.prepareStackTrace = function (error, sites) {
  let text = describe(error);
  for (let i = 0; i < sites.length; i++) text += frame(sites[i]);
  return text;
};

// Frames of the prelude count too before they are taken out.
Error.stackTraceLimit = 30;

exports.describe = describe;

// Where the author's code stands now, as 'hook.js:3:5', or '' where it is not on the stack.
exports.place = function () {
  const { stack } = new Error();
  const found = typeof stack === 'string' ? /hook\.js:\d+:\d+/.exec(stack) : null;
  return found ? found[0] : '';
};
