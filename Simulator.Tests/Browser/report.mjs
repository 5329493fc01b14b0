// Opens a report in Chromium as its readers would, and ends with 1 at the first thing that is wrong.
// node report.mjs CHROMIUM PAGE FOLDER PLAN: PLAN is on the front; FOLDER takes pictures of what was seen.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const [executablePath, file, folder, plan] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
const faults = [];

const open = async options => {
  const page = await (await browser.newContext({ viewport: { width: 1200, height: 900 }, ...options })).newPage();
  page.on('console', message => { if (['error', 'warning'].includes(message.type())) faults.push(message.text()); });
  page.on('pageerror', error => faults.push(error.message));
  page.on('request', request => { if (!request.url().startsWith('file:')) faults.push(`asks for ${request.url().slice(0, 80)}`); });
  page.on('dialog', dialog => { faults.push('a text of the results ran as a script'); dialog.dismiss(); });
  await page.goto(pathToFileURL(file).href);
  return page;
};
const column = (page, number) => page.$$eval('#plan-table tbody tr', (rows, number) => rows.map(row => row.cells[number].textContent), number);

try {
  const page = await open({});
  for (const chart of await page.$$('.chart')) assert.ok((await chart.$$('svg, canvas')).length > 0, 'every chart is drawn');

  // Pointing at a plan names it, with its values.
  const at = await page.evaluate(plan => {
    const element = document.getElementById('chart-front'), chart = echarts.getInstanceByDom(element), box = element.getBoundingClientRect();
    const id = JSON.parse(document.getElementById('data').textContent).search.id.indexOf(plan);
    const point = chart.getOption().series.flatMap(series => series.data).find(point => point.plan === id);
    const [x, y] = chart.convertToPixel('grid', point.value);
    return [box.x + x, box.y + y];
  }, plan);
  await page.mouse.move(...at);
  await page.waitForSelector('.tip');
  const tip = await page.textContent('.tip');
  assert.ok(tip.includes(plan), `the hover names the plan: ${tip}`);
  assert.ok(tip.includes('ttft-p99'), `and its values: ${tip}`);
  await page.screenshot({ path: join(folder, 'hover.png') });

  // A click finds it in the table.
  await page.mouse.click(...at);
  assert.equal(await page.textContent('tr.chosen td'), plan);

  // The table is sorted by the keyboard, and says so.
  const head = page.locator('#plan-table th', { hasText: 'throughput-per-device' });
  const number = await head.evaluate(th => th.cellIndex);
  await head.locator('button').focus();
  await page.keyboard.press('Enter');
  assert.equal(await head.getAttribute('aria-sort'), 'descending', 'more is better, so the most comes first');
  const values = (await column(page, number)).map(text => Number(text.replaceAll(',', '')));
  assert.deepEqual(values, [...values].sort((a, b) => b - a));
  await page.keyboard.press('Enter');
  assert.equal(await head.getAttribute('aria-sort'), 'ascending');
  assert.deepEqual((await column(page, number)).map(text => Number(text.replaceAll(',', ''))), [...values].sort((a, b) => a - b));

  // The filter leaves the plans with all words.
  await page.fill('#plan-filter', 'LARGE front');
  assert.deepEqual(await column(page, 0), ['large']);
  assert.match(await page.textContent('#plan-count'), /^1 of 5 plans$/);
  await page.fill('#plan-filter', 'no such plan');
  assert.deepEqual(await column(page, 0), []);
  await page.fill('#plan-filter', '');
  assert.equal((await column(page, 0)).length, 5);

  // Plans that do not fit are folded, with the reason.
  const details = page.locator('#plans-infeasible');
  assert.equal(await details.getAttribute('open'), null);
  await details.locator('summary').click();
  assert.match(await details.locator('tbody').innerText(), /exceed <b>72 GiB<\/b>/);

  // Axes are a choice, and the front follows.
  const knee = await page.textContent('#front-note');
  assert.match(knee, /^3 of 4 plans that keep the constraints are on the front/);
  await page.selectOption('#front-y', { index: 0 });
  await page.selectOption('#front-x', { index: 0 });
  assert.match(await page.textContent('#front-note'), /^1 of 4 plans .* The knee is large\.$/);
  await page.selectOption('#front-y', { index: 1 });

  // One legend hides a run in all pictures of its section.
  const entry = page.locator('#latencies .legend button').first();
  await entry.click();
  assert.equal(await entry.getAttribute('aria-pressed'), 'false');
  assert.equal(await page.evaluate(() => Object.values(echarts.getInstanceByDom(document.querySelector('#latencies .chart')).getOption().legend[0].selected).filter(on => !on).length), 1);
  await page.screenshot({ path: join(folder, 'light.png'), fullPage: true });

  // Dark is dark, and follows the reader's choice while the page is open.
  const dark = await open({ colorScheme: 'dark' });
  const luminance = page => page.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0));
  assert.ok(await luminance(dark) < 100, 'the page is dark');
  const ink = page => page.$eval('#chart-front svg text', text => text.getAttribute('fill'));
  const darkInk = await ink(dark);
  await dark.screenshot({ path: join(folder, 'dark.png'), fullPage: true });
  await dark.emulateMedia({ colorScheme: 'light' });
  await dark.waitForFunction(before => document.querySelector('#chart-front svg text').getAttribute('fill') !== before, darkInk);
  assert.ok(await luminance(dark) > 700, 'and light again');

  // A telephone shows it without scrolling sideways.
  const narrow = await open({ viewport: { width: 375, height: 800 } });
  assert.ok(await narrow.evaluate(() => document.documentElement.scrollWidth) <= 375, 'nothing is wider than the screen');
  await narrow.screenshot({ path: join(folder, 'narrow.png'), fullPage: true });

  // Paper is light, whatever the screen is.
  const print = await open({ colorScheme: 'dark' });
  await print.emulateMedia({ media: 'print' });
  assert.ok(await luminance(print) > 700, 'paper is light');
  assert.equal(await print.isVisible('nav'), false);
  await print.screenshot({ path: join(folder, 'print.png'), fullPage: true });
  assert.deepEqual(faults, []);
  console.log('the report is as it should be');
} catch (error) {
  console.error(error.message);
  for (const fault of faults) console.error(fault);
  process.exitCode = 1;
} finally {
  await browser.close();
}
