'use strict';
(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const search = data.search;
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const manyPoints = 4000;
  const shownRows = 200;
  // Pixels of a printed page, A4 or letter.
  const printedWidth = 690, printedHalf = 335;
  let colours, printing = false;

  // Numbers: four significant digits, times in the unit that suits them.
  const plain = value => {
    if (value === null || value === undefined || !Number.isFinite(value)) return '-';
    const size = Math.abs(value);
    if (Number.isInteger(value) && size < 1e15) return value.toLocaleString('en-US');
    if (size >= 1e15 || size < 1e-6) return value.toExponential(3);
    const decimals = Math.max(0, Math.min(20, 3 - Math.floor(Math.log10(size))));
    return value.toLocaleString('en-US', { minimumFractionDigits: Math.min(decimals, 3), maximumFractionDigits: decimals });
  };
  const withUnit = (value, unit) => {
    if (value === null || value === undefined) return '-';
    if (unit === '%') return (value * 100).toFixed(1) + ' %';
    if (unit !== 's') return plain(value);
    const size = Math.abs(value);
    return value === 0 ? '0 s' : size >= 1 ? plain(value) + ' s' : size >= 1e-3 ? plain(value * 1e3) + ' ms' : plain(value * 1e6) + ' µs';
  };
  const onAxis = unit => value => {
    const cut = (number, text) => Number(number.toPrecision(6)).toLocaleString('en-US', { maximumFractionDigits: 4 }) + text;
    if (unit === '%') return cut(value * 100, ' %');
    if (unit === 's') return value === 0 ? '0' : value < 0.999e-3 ? cut(value * 1e6, ' µs') : value < 0.999 ? cut(value * 1e3, ' ms') : cut(value, ' s');
    const size = Math.abs(value);
    return size >= 9.999e8 ? cut(value / 1e9, 'G') : size >= 9.999e5 ? cut(value / 1e6, 'M') : size >= 9999 ? cut(value / 1e3, 'k') : cut(value, '');
  };
  const escape = text => text.replace(/[&<>"']/g, c => '&#' + c.charCodeAt(0) + ';');
  // Marks of times and shares have units of their own.
  const label = axis => axis.name + (['', '%', 's'].includes(axis.unit) ? '' : ', ' + axis.unit);
  // Charts leave the unit of shares empty.
  const unitOf = axis => axis.unit === '' ? '%' : axis.unit;

  const readColours = () => {
    const style = getComputedStyle(document.documentElement), get = name => style.getPropertyValue('--' + name).trim();
    colours = printing
      ? { page: '#fff', ink: '#1f2328', soft: '#59636e', line: '#d1d9e0', grey: '#8c959f', light: '#d1d9e0', series: ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9'] }
      : { page: get('page'), ink: get('ink'), soft: get('soft'), line: get('line'), grey: get('grey'), light: get('light'), series: [0, 1, 2, 3, 4, 5].map(i => get('s' + i)) };
  };
  const colourOf = number => number === -1 ? colours.grey : number === -2 ? colours.light : number === -3 ? colours.ink : colours.series[number % 6];
  const shapeOf = number => ['circle', 'triangle', 'rect'][Math.max(0, number) % 3];

  // Every picture is drawn again when colours change.
  const drawn = [];
  const draw = (id, option, points) => {
    const element = document.getElementById('chart-' + id);
    const chart = echarts.init(element, null, { renderer: points > manyPoints ? 'canvas' : 'svg' });
    drawn.push({ id, chart, redraw: () => chart.setOption(option(), true) });
    chart.setOption(option());
    new ResizeObserver(() => { if (!printing) chart.resize(); }).observe(element);
    return chart;
  };
  const redraw = () => { readColours(); for (const one of drawn) one.redraw(); };

  const tip = () => ({
    confine: true, transitionDuration: 0, backgroundColor: colours.page, borderColor: colours.line, borderWidth: 1, padding: [6, 9],
    textStyle: { color: colours.ink, fontSize: 12 }, extraCssText: 'max-width:min(26rem,88vw);white-space:normal;overflow-wrap:anywhere',
  });
  const range = values => values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity]);
  // A logarithmic axis ends near its values when it has marks then, and at powers of ten otherwise.
  const logRange = values => {
    const [low, high] = range(values.filter(value => value > 0)), least = low / 1.2, most = high * 1.2;
    return most / least >= 30 ? { min: least, max: most } : { min: 10 ** Math.floor(Math.log10(least)), max: 10 ** Math.ceil(Math.log10(most)) };
  };
  const isPower = value => Math.abs(Math.log10(value) - Math.round(Math.log10(value))) < 1e-9;
  const axis = (of, position, values, extra) => ({
    type: of.scale === 'log' ? 'log' : of.scale === 'category' ? 'category' : 'value', ...(of.scale === 'log' ? logRange(values) : {}), scale: of.scale !== 'fromZero', data: of.categories,
    name: position === 'x' ? label(of) : '', nameLocation: 'middle', nameGap: 26, nameTextStyle: { color: colours.soft, fontSize: 11 },
    axisLabel: { color: colours.soft, fontSize: 11, hideOverlap: true, ...(of.scale === 'log' ? { showMinLabel: isPower(logRange(values).min), showMaxLabel: isPower(logRange(values).max) } : {}), formatter: of.scale === 'category' ? undefined : onAxis(unitOf(of)) },
    axisLine: { show: true, lineStyle: { color: colours.grey } }, axisTick: { show: of.scale !== 'category', lineStyle: { color: colours.grey } },
    splitLine: { show: of.scale !== 'category', lineStyle: { color: colours.line, width: 0.6 } }, minorSplitLine: { show: false }, ...extra,
  });
  const legend = (names, top) => ({
    type: 'plain', top, left: 0, right: 0, itemWidth: 16, itemHeight: 9, itemGap: 12, data: names,
    textStyle: { color: colours.ink, fontSize: 11 }, inactiveColor: colours.light,
  });
  // The vertical axis has its name above it, where there is room.
  const above = (of, top) => ({ text: '↑ ' + label(of), left: 0, top, padding: 0, textStyle: { color: colours.soft, fontSize: 11, fontWeight: 'normal' } });
  const font = getComputedStyle(document.body).fontFamily;
  const base = () => ({ animation: false, textStyle: { fontFamily: font }, backgroundColor: 'transparent' });
  const measure = document.createElement('canvas').getContext('2d');
  const legendRows = (names, width) => {
    measure.font = '11px ' + font;
    let rows = 1, x = 0;
    for (const name of names) {
      const wide = measure.measureText(name).width + 36;
      if (x > 0 && x + wide > width) [rows, x] = [rows + 1, 0];
      x += wide;
    }
    return rows;
  };
  const widthOf = id => printing ? (document.getElementById('chart-' + id).closest('.many') ? printedHalf : printedWidth) : document.getElementById('chart-' + id).clientWidth || 600;

  // A chart as the program describes it.
  const chartOption = chart => () => {
    const bars = chart.series.some(series => series.mark === 'bars');
    const named = chart.y.scale === 'category';
    const stepped = chart.id.startsWith('time-series') || chart.id.startsWith('cdf');
    const names = chart.series.map(series => series.name);
    const own = names.length > 1 && !chart.sharesLegend;
    const rows = own ? legendRows(names, widthOf(chart.id)) : 0;
    const series = chart.series.map(series => {
      const colour = colourOf(series.colour);
      const values = series.x.map((x, i) => [x, series.y[i], series.labels ? series.labels[i] : '']);
      const common = { name: series.name, color: colour, itemStyle: { color: colour }, emphasis: { focus: 'none' } };
      if (series.mark === 'bars') {
        const byCategory = chart.y.categories.map((_, i) => { const at = series.y.indexOf(i); return at < 0 ? 0 : series.x[at]; });
        return { ...common, type: 'bar', stack: 'all', data: byCategory, barMaxWidth: 26 };
      }
      if (series.mark === 'points' || series.mark === 'hollow') {
        return { ...common, type: 'scatter', data: values, symbol: shapeOf(series.colour), symbolSize: 8, z: 4,
          itemStyle: series.mark === 'hollow' ? { color: 'transparent', borderColor: colour } : { color: colour } };
      }
      if (series.mark === 'ranges') {
        const gaps = [];
        for (let i = 0; i < values.length; i += 2) gaps.push(values[i], values[i + 1], ['-', '-']);
        return { ...common, type: 'line', data: gaps, symbol: 'none', lineStyle: { width: 6, cap: 'round', opacity: 0.45 }, silent: true };
      }
      const isLog = chart.x.scale === 'log';
      return { ...common, type: 'line', data: isLog ? values.filter(value => value[0] > 0) : values, showSymbol: !stepped, symbol: shapeOf(series.colour), symbolSize: 7,
        lineStyle: { color: colour, width: 1.6, type: series.colour >= 6 ? 'dashed' : 'solid' } };
    });
    const row = (marker, name, value) => `<tr><td>${marker}${escape(name)}</td><td class="number">${escape(value)}</td></tr>`;
    // Between two points of a line.
    const between = (series, x) => {
      const i = series.x.findIndex(other => other >= x);
      if (i < 0) return series.y[series.y.length - 1];
      if (i === 0) return x < series.x[0] ? null : series.y[0];
      const share = series.x[i] === series.x[i - 1] ? 1 : (x - series.x[i - 1]) / (series.x[i] - series.x[i - 1]);
      return series.y[i - 1] + share * (series.y[i] - series.y[i - 1]);
    };
    const dot = colour => `<span style="display:inline-block;margin-right:5px;border-radius:9px;width:9px;height:9px;background:${colour}"></span>`;
    const formatter = bars
      ? items => `<div class="tip"><b>${escape(items[0].name)}</b><table>${items.map(item => row(item.marker, item.seriesName, plain(item.value) + ' ' + chart.x.unit)).join('')}</table></div>`
      : stepped
        ? items => `<div class="tip"><b>${escape(withUnit(items[0].value[0], unitOf(chart.x)))}${chart.x.unit === 'seconds' ? ' s' : ''}</b><table>${chart.series.map(series => [series, between(series, items[0].value[0])]).filter(([, y]) => y !== null)
          .map(([series, y]) => row(dot(colourOf(series.colour)), series.name, chart.y.unit === '' ? withUnit(y, '%') : plain(Number(y.toPrecision(4))))).join('')}</table></div>`
        : item => `<div class="tip">${item.marker}<b>${escape(item.value[2] || item.seriesName)}</b><br>${escape(chart.x.name)} ${escape(withUnit(item.value[0], unitOf(chart.x)))}`
          + (named ? `<br>${escape(chart.y.categories[item.value[1]])}` : `<br>${escape(chart.y.name)} ${escape(withUnit(item.value[1], unitOf(chart.y)))}`) + '</div>';
    return {
      ...base(), series,
      title: named ? undefined : above(chart.y, rows * 20 + 4),
      grid: { left: 4, right: 18, top: (named ? 8 : 26) + rows * 20, bottom: 30, containLabel: true },
      legend: names.length < 2 ? undefined : { ...legend(names, 0), show: own },
      tooltip: { ...tip(), trigger: bars || stepped ? 'axis' : 'item', axisPointer: { type: bars ? 'shadow' : 'line', lineStyle: { color: colours.grey } }, formatter },
      xAxis: axis(chart.x, 'x', chart.series.flatMap(series => series.x)), yAxis: axis(chart.y, 'y', chart.series.flatMap(series => series.y), named ? { inverse: true, name: '', axisLabel: { color: colours.ink, fontSize: 11, width: 190, overflow: 'truncate' } } : {}),
    };
  };

  // Trade-offs of a search, for any two objectives.
  const better = (objective, a, b) => search.objectives[objective].higher ? a > b : a < b;
  const front = (x, y) => {
    const [vx, vy] = [search.values[x], search.values[y]];
    const ids = search.id.map((_, i) => i).filter(i => search.admissible[i] && vx[i] !== null && vy[i] !== null);
    ids.sort((a, b) => better(x, vx[a], vx[b]) ? -1 : better(x, vx[b], vx[a]) ? 1 : better(y, vy[a], vy[b]) ? -1 : better(y, vy[b], vy[a]) ? 1 : a - b);
    const found = [];
    for (const i of ids) if (!found.length || better(y, vy[i], vy[found[found.length - 1]])) found.push(i);
    return found;
  };
  // The point nearest to the best of both, each measured from its worst value on the front to its best.
  const knee = (points, x, y) => {
    if (!points.length) return -1;
    const ends = [x, y].map(objective => {
      const [low, high] = range(points.map(i => search.values[objective][i]));
      return search.objectives[objective].higher ? [high, low] : [low, high];
    });
    let nearest = Infinity, found = -1;
    for (const i of points) {
      let distance = 0;
      [x, y].forEach((objective, k) => {
        const [best, worst] = ends[k], share = best === worst ? 0 : (best - search.values[objective][i]) / (best - worst);
        distance += share * share;
      });
      if (distance < nearest) [nearest, found] = [distance, i];
    }
    return found;
  };
  const planTip = i => {
    const notes = notesOf(i);
    const rows = search.objectives.map((objective, k) => `<tr><td>${escape(objective.name)}</td><td class="number">${escape(withUnit(search.values[k][i], objective.unit))}${objective.unit && objective.unit !== 's' && objective.unit !== '%' ? ' ' + escape(objective.unit) : ''}</td></tr>`);
    return `<div class="tip"><b>${escape(search.id[i])}</b><br>${escape(search.layout[i])}${search.setting[i] ? '<br>' + escape(search.setting[i]) : ''}`
      + (notes.length ? `<br>${escape(notes.join('; '))}` : '') + `<table>${rows.join('')}</table></div>`;
  };
  const notes = new Map();
  const notesOf = i => notes.get(search.id[i]) || [];
  let across = 0, up = 1, onFront = new Set();

  const frontOption = () => {
    const [x, y] = [across, up], [vx, vy] = [search.values[x], search.values[y]];
    const shown = search.id.map((_, i) => i).filter(i => vx[i] !== null && vy[i] !== null);
    const points = front(x, y), middle = knee(points, x, y), baselines = new Set(search.baselines);
    const at = i => ({ value: [vx[i], vy[i]], plan: i });
    const scale = values => { const [low, high] = range(values); return values.length && low > 0 && high / low >= 20 ? 'log' : 'linear'; };
    const axisOf = (objective, values) => {
      const of = search.objectives[objective];
      return { name: `${of.name} (${of.higher ? 'more' : 'less'} is better)`, unit: of.unit, scale: scale(values) };
    };
    const scatter = (name, some, colour, extra) => ({
      name, type: 'scatter', data: some.map(at), color: colour, itemStyle: { color: colour }, symbolSize: 8, large: some.length > manyPoints, largeThreshold: manyPoints, ...extra,
    });
    const line = [...points].sort((a, b) => vx[a] - vx[b]);
    const series = [
      scatter('plans', shown.filter(i => search.admissible[i]), colours.grey, { symbolSize: shown.length > manyPoints ? 3 : 7 }),
      scatter('plans that break a constraint', shown.filter(i => !search.admissible[i] && search.feasible[i] && !baselines.has(search.id[i])), colours.grey, { itemStyle: { color: 'transparent', borderColor: colours.grey } }),
      { name: 'front', type: 'line', step: search.objectives[x].higher ? 'start' : 'end', data: line.map(i => [vx[i], vy[i]]), symbol: 'none', silent: true, color: colours.series[0], lineStyle: { color: colours.series[0], width: 1.8 }, z: 3 },
      scatter('plans of the front', points, colours.series[0], { z: 4, symbolSize: points.length > 100 ? 5 : 8 }),
      scatter('rules of thumb', shown.filter(i => baselines.has(search.id[i])), colours.series[1], { symbol: 'triangle', symbolSize: 11, z: 5 }),
      scatter('knee', middle < 0 ? [] : [middle], colours.series[2], { symbol: 'diamond', symbolSize: 14, z: 6,
        label: { show: true, position: 'right', color: colours.ink, fontSize: 12, formatter: item => search.id[item.data.plan].length > 16 ? '' : search.id[item.data.plan] } }),
    ].filter(one => one.data.length);
    const names = series.filter(one => one.name !== 'plans of the front').map(one => one.name), rows = legendRows(names, widthOf('front'));
    const all = shown.filter(i => search.admissible[i]).length;
    document.getElementById('front-note').textContent = points.length === 0
      ? 'No plan keeps the constraints and has both values.'
      : `${plain(points.length)} of ${plain(all)} plans${all < shown.length ? ' that keep the constraints' : ''} ${points.length === 1 ? 'is at least as good as all others in both' : 'are on the front: no other is at least as good in both'}. The knee is ${search.id[middle]}.`;
    onFront = new Set(points);
    return {
      ...base(), series, grid: { left: 4, right: 18, top: 26 + rows * 20, bottom: 30, containLabel: true }, title: above(axisOf(y, shown.map(i => vy[i])), rows * 20 + 4),
      legend: legend(names.map(name => name.startsWith('plans that break') ? { name, itemStyle: { color: 'transparent', borderColor: colours.grey, borderWidth: 1.2 } } : name), 0),
      tooltip: { ...tip(), trigger: 'item', formatter: item => planTip(item.data.plan) },
      xAxis: axis(axisOf(x, shown.map(i => vx[i])), 'x', shown.map(i => vx[i])), yAxis: axis(axisOf(y, shown.map(i => vy[i])), 'y', shown.map(i => vy[i])),
    };
  };

  const setUpFront = () => {
    const selects = ['front-x', 'front-y'].map(id => document.getElementById(id));
    const first = search.fronts[0] || search.objectives.slice(0, 2).map(objective => objective.name);
    [across, up] = [0, 1].map(k => Math.max(0, search.objectives.findIndex(objective => objective.name === first[k])));
    selects.forEach((select, k) => {
      search.objectives.forEach((objective, i) => {
        const option = new Option(objective.name + (objective.unit && objective.unit !== '%' ? ` (${objective.unit})` : ''), i);
        option.title = objective.meaning;
        select.add(option);
      });
      select.value = k === 0 ? across : up;
      select.addEventListener('change', () => {
        [across, up] = selects.map(one => Number(one.value));
        chart.setOption(frontOption(), true);
        table.render();
      });
    });
    const chart = draw('front', frontOption, search.id.length);
    chart.on('click', item => { if (item.data && item.data.plan !== undefined) table.choose(item.data.plan); });
    return chart;
  };

  // The table of plans.
  const table = (() => {
    if (!search) return null;
    const columns = [
      { name: 'plan', of: i => search.id[i] },
      ...search.objectives.map((objective, k) => ({
        name: objective.name, unit: objective.unit, title: objective.meaning, of: i => search.values[k][i], number: true, descending: objective.higher,
      })),
      { name: 'notes', of: i => [...(onFront.has(i) ? ['front'] : []), ...notesOf(i), ...(search.admissible[i] || !search.feasible[i] ? [] : ['breaks a constraint'])].join('; ') },
      { name: 'devices', of: i => search.devices[i], number: true },
      { name: 'weights', unit: 'GiB', title: 'weights on the fullest device', of: i => search.weightsGiB[i], number: true },
      { name: 'KV tokens', title: 'tokens that the KV cache holds', of: i => search.kvTokens[i], number: true },
      { name: 'layout', of: i => search.layout[i], less: true },
      ...(search.setting.some(text => text) ? [{ name: 'setting', of: i => search.setting[i], less: true }] : []),
    ].filter(column => !column.number || search.id.some((_, i) => column.of(i) !== null));
    let sorted = null, descending = false, all = false, chosen = -1;
    const element = document.getElementById('plan-table'), filter = document.getElementById('plan-filter');
    const more = document.getElementById('plan-more'), count = document.getElementById('plan-count');
    const feasible = search.id.map((_, i) => i).filter(i => search.feasible[i]);

    const cell = (row, text, column) => {
      const td = row.insertCell();
      td.textContent = text;
      if (column.number) td.className = 'number';
      else if (column.less) td.className = 'less';
      return td;
    };
    const head = () => {
      const row = element.createTHead().insertRow();
      for (const column of columns) {
        const th = document.createElement('th'), button = document.createElement('button');
        th.scope = 'col';
        if (column.number) th.className = 'number';
        else if (column.less) th.className = 'less';
        if (column.title) th.title = column.title;
        button.type = 'button';
        button.textContent = column.name;
        if (column.unit && column.unit !== 's' && column.unit !== '%') {
          const unit = document.createElement('span');
          unit.className = 'unit';
          unit.textContent = column.unit;
          button.append(' ', unit);
        }
        button.addEventListener('click', () => {
          descending = sorted === column ? !descending : column.descending === true;
          sorted = column;
          render();
        });
        th.append(button);
        row.append(th);
        column.th = th;
      }
      element.createTBody();
    };
    const compare = (a, b) => {
      const [x, y] = [sorted.of(a), sorted.of(b)];
      if (x === y) return a - b;
      if (x === null || y === null) return x === null ? 1 : -1;
      const order = sorted.number ? x - y : String(x).localeCompare(String(y), 'en', { numeric: true });
      return descending ? -order : order;
    };
    const matches = i => {
      const words = filter.value.toLowerCase().split(/\s+/).filter(word => word);
      if (!words.length) return true;
      const text = columns.filter(column => !column.number).map(column => column.of(i)).join(' ').toLowerCase();
      return words.every(word => text.includes(word));
    };
    const render = () => {
      const rows = feasible.filter(matches);
      if (sorted) rows.sort(compare);
      for (const column of columns) {
        if (column === sorted) column.th.setAttribute('aria-sort', descending ? 'descending' : 'ascending');
        else column.th.removeAttribute('aria-sort');
      }
      const body = element.tBodies[0];
      body.textContent = '';
      for (const i of all ? rows : rows.slice(0, shownRows)) {
        const row = body.insertRow();
        row.classList.toggle('broken', !search.admissible[i]);
        row.classList.toggle('chosen', i === chosen);
        columns.forEach((column, k) => {
          const value = column.of(i), td = cell(row, column.number ? withUnit(value, column.unit === 's' || column.unit === '%' ? column.unit : '') : value, column);
          if (k === 0 && onFront.has(i)) td.classList.add('front-plan');
        });
      }
      count.textContent = rows.length === feasible.length ? `${plain(rows.length)} plans` : `${plain(rows.length)} of ${plain(feasible.length)} plans`;
      more.hidden = all || rows.length <= shownRows;
      more.textContent = `Show all ${plain(rows.length)} plans`;
    };
    const choose = i => {
      chosen = i;
      if (!matches(i)) filter.value = '';
      all = all || feasible.length > shownRows && !feasible.slice(0, shownRows).includes(i);
      render();
      const row = element.querySelector('tr.chosen');
      if (row) row.scrollIntoView({ block: 'nearest' });
    };
    const infeasible = () => {
      const rows = search.id.map((_, i) => i).filter(i => !search.feasible[i]), details = document.getElementById('plans-infeasible');
      if (!rows.length) return;
      details.hidden = false;
      details.querySelector('summary').textContent = `${plain(rows.length)} plans that do not fit`;
      const body = details.querySelector('table');
      const top = body.createTHead().insertRow();
      for (const name of ['plan', 'layout', 'reason']) { const th = document.createElement('th'); th.scope = 'col'; th.textContent = name; top.append(th); }
      const rest = body.createTBody();
      const fill = () => {
        if (rest.rows.length) return;
        for (const i of rows) { const row = rest.insertRow(); cell(row, search.id[i], {}); cell(row, search.layout[i], {}); cell(row, search.reason[i], {}); }
      };
      // Long lists wait until somebody looks.
      if (rows.length <= shownRows) fill();
      details.addEventListener('toggle', fill);
    };
    filter.addEventListener('input', render);
    more.addEventListener('click', () => { all = true; render(); });
    return { start: () => { head(); infeasible(); render(); }, render, choose };
  })();

  readColours();
  if (search) {
    for (const [plan, note] of search.notes) notes.set(plan, [...(notes.get(plan) || []), note]);
    setUpFront();
    table.start();
  }
  for (const chart of data.charts) {
    const element = document.getElementById('chart-' + chart.id);
    if (chart.y.scale === 'category') element.style.height = `${90 + 34 * chart.y.categories.length + (chart.series.length > 4 ? 30 : 0)}px`;
    draw(chart.id, chartOption(chart), chart.series.reduce((sum, series) => sum + series.x.length, 0));
  }
  // One legend may stand for several pictures.
  for (const list of document.querySelectorAll('ul.legend')) {
    const ids = [...list.closest('.charts').querySelectorAll('.chart')].map(element => element.id.slice('chart-'.length));
    for (const button of list.querySelectorAll('button')) {
      button.addEventListener('click', () => {
        button.setAttribute('aria-pressed', button.getAttribute('aria-pressed') !== 'true');
        for (const { id, chart } of drawn) if (ids.includes(id)) chart.dispatchAction({ type: 'legendToggleSelect', name: button.textContent });
      });
    }
  }
  dark.addEventListener('change', redraw);
  const print = on => {
    printing = on;
    redraw();
    for (const { id, chart } of drawn) chart.resize(on ? { width: widthOf(id), height: id === 'front' ? 340 : Math.min(chart.getHeight(), document.getElementById('chart-' + id).closest('.many') ? 240 : 900) } : { width: 'auto', height: 'auto' });
  };
  addEventListener('beforeprint', () => print(true));
  addEventListener('afterprint', () => print(false));
  matchMedia('print').addEventListener('change', event => print(event.matches));
})();
