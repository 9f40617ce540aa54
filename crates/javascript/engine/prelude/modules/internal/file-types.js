'use strict';

// Media types by the ends of file names, of what hooks send.
const OFFICE = 'application/vnd.openxmlformats-officedocument.';

const TYPES = {
  __proto__: null,
  css: 'text/css',
  csv: 'text/csv',
  doc: 'application/msword',
  docx: OFFICE + 'wordprocessingml.document',
  eml: 'message/rfc822',
  gif: 'image/gif',
  gz: 'application/gzip',
  htm: 'text/html',
  html: 'text/html',
  ics: 'text/calendar',
  ico: 'image/vnd.microsoft.icon',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  js: 'application/javascript',
  json: 'application/json',
  log: 'text/plain',
  md: 'text/markdown',
  mp3: 'audio/mpeg',
  mp4: 'video/mp4',
  pdf: 'application/pdf',
  png: 'image/png',
  pptx: OFFICE + 'presentationml.presentation',
  rtf: 'application/rtf',
  svg: 'image/svg+xml',
  tar: 'application/x-tar',
  tsv: 'text/tab-separated-values',
  txt: 'text/plain',
  vcf: 'text/x-vcard',
  wav: 'audio/wave',
  webp: 'image/webp',
  xls: 'application/vnd.ms-excel',
  xlsx: OFFICE + 'spreadsheetml.sheet',
  xml: 'application/xml',
  yaml: 'text/yaml',
  yml: 'text/yaml',
  zip: 'application/zip',
};

/** The type of a file with this name, or undefined. */
exports.typeOfName = function typeOfName(name) {
  return TYPES[String(name).split(/[./\\]/).pop().toLowerCase()];
};
