//: expect: completed ["Item was modified since it was read.",409,null,{"count":1},null,{"count":2},null]
module.exports = function (user, context, cb) {
  const { storage } = context.webtask;
  storage.set({ count: 1 }, function (unread) {
    storage.set({ count: 1 }, { force: true }, function (forced) {
      storage.get(function (error, data) {
        storage.set({ count: data.count + 1 }, function (second) {
          storage.get({}, function (again, last) {
            cb(null, [unread.message, unread.code, forced, data, second, last, again]);
          });
        });
      });
    });
  });
};
