//: expect: completed
//: expect log: info ┌─────────┬───┬─────┬──────┐\n│ (index) │ a │ b   │ c    │\n├─────────┼───┼─────┼──────┤\n│ 0       │ 1 │ 'x' │      │\n│ 1       │ 2 │     │ true │\n└─────────┴───┴─────┴──────┘
//: expect log: info ┌─────────┬───┬────────┐\n│ (index) │ a │ Values │\n├─────────┼───┼────────┤\n│ x       │ 1 │        │\n│ y       │   │ 5      │\n└─────────┴───┴────────┘
//: expect log: info ┌───────────────────┬─────┬────────┐\n│ (iteration index) │ Key │ Values │\n├───────────────────┼─────┼────────┤\n│ 0                 │ 'k' │ 1      │\n└───────────────────┴─────┴────────┘
//: expect log: info ┌─────────┬───┐\n│ (index) │ 1 │\n├─────────┼───┤\n│ 0       │ 2 │\n└─────────┴───┘
//: expect log: info text
module.exports = (user, context, cb) => {
  console.table([{ a: 1, b: 'x' }, { a: 2, c: true }]);
  console.table({ x: { a: 1 }, y: 5 });
  console.table(new Map([['k', 1]]));
  console.table([[1, 2]], ['1']);
  console.table('text');
  cb();
};
