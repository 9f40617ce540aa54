'use strict';

// `os`: constants and fixed answers; nothing of the machine shows through.

exports.EOL = '\n';
exports.devNull = '/dev/null';
exports.constants = {
  signals: { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGKILL: 9, SIGUSR1: 10, SIGUSR2: 12, SIGPIPE: 13, SIGTERM: 15 },
  errno: {
    EACCES: 13,
    EADDRINUSE: 98,
    EAGAIN: 11,
    ECONNABORTED: 103,
    ECONNREFUSED: 111,
    ECONNRESET: 104,
    EHOSTUNREACH: 113,
    EINVAL: 22,
    EMSGSIZE: 90,
    ENOTFOUND: -3008,
    EPIPE: 32,
    EPROTO: 71,
    ETIMEDOUT: 110,
  },
};
exports.platform = () => 'linux';
exports.type = () => 'Linux';
exports.arch = () => 'wasm32';
exports.machine = () => 'wasm32';
exports.endianness = () => 'LE';
exports.release = () => '0.0.0';
exports.version = () => 'hookbox';
exports.hostname = () => 'hookbox';
exports.homedir = () => '/';
exports.tmpdir = () => '/tmp';
exports.uptime = () => 0;
exports.loadavg = () => [0, 0, 0];
exports.totalmem = () => 0;
exports.freemem = () => 0;
exports.availableParallelism = () => 1;
exports.cpus = () => [];
exports.networkInterfaces = () => ({});
exports.userInfo = () => ({ uid: -1, gid: -1, username: 'hook', homedir: '/', shell: null });
