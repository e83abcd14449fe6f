// HyperFormula on the grid `wide`: node hyperformula.cjs GRID.csv ROWS, started where it is installed. A line a
// figure: name, seconds of CPU, a value that shows the work was done.
const fs = require('fs');
const { HyperFormula } = require(require.resolve('hyperformula', { paths: [process.cwd()] }));
const [, , path, rowsText] = process.argv;
const rows = Number(rowsText);

// A grid without quoted commas is split as it stands; a formula with commas is quoted whole.
function cells(line) {
  const found = line.match(/"[^"]*"|[^,]+|(?<=,)(?=,)/g) || [];
  return found.map((text) => {
    const bare = text.replace(/"/g, '');
    return bare === '' ? null : bare[0] === '=' ? bare : Number(bare);
  });
}

function cpu() {
  const used = process.cpuUsage();
  return (used.user + used.system) / 1e6;
}

function timed(repeats, work) {
  const list = [];
  for (let i = 0; i < repeats; i++) {
    const start = cpu();
    work(i);
    list.push(cpu() - start);
  }
  return list.sort((a, b) => a - b)[repeats >> 1];
}

const grid = fs.readFileSync(path, 'utf8').trimEnd().split('\n').map(cells);
let book;
const total = () => book.getCellValue({ sheet: 0, row: 0, col: 31 });
const tell = (name, seconds) => console.log(`${name} ${seconds} ${total()}`);

tell('open', timed(1, () => {
  book = HyperFormula.buildFromArray(grid, { licenseKey: 'gpl-v3', maxRows: 1048576 });
}));
// No public call recalculates without reading all formulas again.
tell('recalculate', timed(3, () => book._evaluator.run()));
tell('edit', timed(5, (i) => {
  for (let j = 0; j < 10; j++) {
    const place = i * 10 + j;
    book.setCellContents({ sheet: 0, row: (place * 7919) % rows, col: 0 }, 0.1 + ((place + 1) % 10) * 0.1);
  }
}) / 10);
