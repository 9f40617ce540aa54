'use strict';

// What `request` tells of a call with the option `time`. Answers come in one piece, so everything that is not the wait for
// it took no time.

exports.addTimings = function addTimings(request, response) {
  const total = Date.now() - request.startTime;
  request.elapsedTime = total;
  request.responseStartTime = request.startTime + total;
  Object.assign(response, {
    elapsedTime: total,
    responseStartTime: request.responseStartTime,
    timingStart: request.startTime,
    timings: { socket: 0, lookup: 0, connect: 0, response: total, end: total },
    timingPhases: { wait: 0, dns: 0, tcp: 0, firstByte: total, download: 0, total },
  });
};
