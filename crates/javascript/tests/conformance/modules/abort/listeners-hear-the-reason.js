//: expect: completed ["stop", true, "stop"]
module.exports = (user, context, cb) => {
  const controller = new AbortController();
  const seen = [];
  controller.signal.addEventListener('abort', (event) => seen.push(event.target.reason.message));
  controller.abort(new Error('stop'));
  seen.push(controller.signal.aborted);
  try {
    controller.signal.throwIfAborted();
  } catch (error) {
    seen.push(error.message);
  }
  cb(null, seen);
};
