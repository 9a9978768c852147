/// The look of the report: one style sheet, light and dark.
///
/// The palette starts from that of Okabe and Ito (2008), which people with any kind of colour vision can tell apart,
/// with the pale hues darkened so that each stands out from the page by 3 to 1; no chart relies on colour alone.
enum ReportStyle {
    /// How many colours the palette has; the models take them in order.
    static let colors = 8
    /// The colour of anything that is not a model.
    static let neutral = 8

    static let sheet: StaticString = """

        :root {
          --page: #fbfbf9; --card: #ffffff; --ink: #1c2127; --soft: #55606d; --rule: #dfe2e6; --grid: #eceef0;
          --accent: #0b6aa8; --good: #00735a; --goodback: #e3f4ee;
          --c0: #0072b2; --c1: #d55e00; --c2: #00896a; --c3: #b0508c; --c4: #b98300; --c5: #3d97c9; --c6: #6e5bb8;
          --c7: #7a6a53; --c8: #7d858e;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --page: #15181c; --card: #1c2025; --ink: #e8eaed; --soft: #a3acb7; --rule: #343a42; --grid: #2a2f36;
            --accent: #6cb8ee; --good: #4fd0a8; --goodback: #17362d;
            --c0: #4da6e0; --c1: #f58a4b; --c2: #35c4a0; --c3: #e08fc2; --c4: #e6b43c; --c5: #94d2f5; --c6: #a899ea;
            --c7: #c2ad8d; --c8: #98a1ab;
          }
        }
        * { box-sizing: border-box; }
        body {
          margin: 0; background: var(--page); color: var(--ink);
          font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", sans-serif;
          -webkit-text-size-adjust: 100%;
        }
        main { max-width: 1120px; margin: 0 auto; padding: 40px 24px 72px; }
        h1, h2, h3, h4 { line-height: 1.25; margin: 0; font-weight: 650; letter-spacing: -0.01em; }
        h1 { font-size: clamp(1.7rem, 4.5vw, 2.5rem); }
        h2 { font-size: 1.4rem; }
        h3 { font-size: 1.05rem; margin: 28px 0 10px; }
        h4 { font-size: 0.86rem; margin: 0 0 6px; }
        p { margin: 0; max-width: 46em; }
        section { margin-top: 40px; padding-top: 22px; border-top: 1px solid var(--rule); }
        .brand { color: var(--accent); font-size: 0.84rem; font-weight: 650; margin-bottom: 8px; }
        .subtitle { color: var(--soft); margin-top: 6px; }
        .finding { font-size: 1.15rem; margin-top: 22px; padding-left: 16px; border-left: 3px solid var(--accent); }
        .lead { color: var(--soft); margin: 6px 0 20px; }
        .hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
        h2 + .tiles { margin-top: 18px; }
        dl { margin: 0; }
        dd { margin: 0; }
        .columns-1 { --columns: 1; } .columns-2 { --columns: 2; } .columns-3 { --columns: 3; } .columns-4 { --columns: 4; }
        .columns-5 { --columns: 5; } .columns-6 { --columns: 6; } .columns-7 { --columns: 7; }
        .tiles {
          display: flex; flex-wrap: wrap; gap: 1px;
          background: var(--card); border: 1px solid var(--rule); border-radius: 10px; overflow: hidden;
        }
        .tiles div {
          flex: 1 1 max(140px, 100% / var(--columns) - 1px); box-shadow: 0 0 0 1px var(--rule); padding: 12px 16px;
          display: flex; flex-direction: column;
        }
        .tiles dt { color: var(--soft); font-size: 0.82rem; }
        .tiles dd { font-size: 1.15rem; font-weight: 600; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
        .scroll { overflow-x: auto; }
        .scroll th:first-child { position: sticky; left: 0; background: var(--page); }
        .scroll:focus-visible, summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
        table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 0.92rem; }
        th, td { padding: 7px 14px; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--rule); }
        th:first-child { text-align: left; padding-left: 0; }
        thead th { color: var(--soft); font-weight: 600; font-size: 0.82rem; }
        tbody th { font-weight: 500; }
        td:last-child, th:last-child { padding-right: 0; }
        .models { width: 100%; }
        .models th, .models td { padding: 7px 10px; }
        .models th:first-child { padding-left: 0; }
        .models td:last-child, .models th:last-child { padding-right: 0; }
        .models th, .models td:last-child { white-space: normal; }
        td small { display: block; color: var(--soft); font-size: 0.8em; }
        td.best { font-weight: 700; }
        td.best small { font-weight: 400; }
        .swatch {
          display: inline-block; width: 10px; height: 10px; border-radius: 2px; margin-right: 8px;
          background: var(--c);
        }
        .figures { display: grid; gap: 0 34px; }
        .whole { white-space: nowrap; }
        .figures.three { grid-template-columns: repeat(auto-fill, minmax(min(300px, 100%), 1fr)); }
        .figures.two { grid-template-columns: repeat(auto-fill, minmax(min(340px, 100%), 1fr)); column-gap: 72px; }
        .legend { align-self: center; grid-row: span 3; padding-bottom: 28px; }
        /* Captions, charts and tables of one row of figures begin at the same height. */
        figure {
          margin: 0 0 28px; min-width: 0; display: grid; grid-row: span 3; grid-template-rows: subgrid;
          grid-template-columns: minmax(0, 1fr); align-items: start;
        }
        figcaption { font-weight: 600; font-size: 0.92rem; margin-bottom: 8px; }
        figcaption small { display: block; font-weight: 400; font-size: 0.82rem; line-height: 1.4; color: var(--soft); }
        .chart { display: block; width: 100%; height: auto; overflow: visible; }
        .chart text {
          fill: var(--soft); font-size: 11.5px; font-variant-numeric: tabular-nums;
          paint-order: stroke; stroke: var(--page); stroke-width: 3px; stroke-linejoin: round;
        }
        .chart .name, .chart .value { fill: var(--ink); }
        .chart .best { font-weight: 700; }
        .axis { stroke: var(--soft); stroke-width: 1; opacity: 0.6; }
        .grid { stroke: var(--grid); stroke-width: 1; }
        .reference { stroke: var(--ink); stroke-width: 1.2; stroke-dasharray: 1.5 4; stroke-linecap: round; }
        .bar { fill: var(--c); }
        .whisker { stroke: var(--ink); stroke-width: 1.3; }
        .halo { stroke: var(--page); stroke-width: 3.4; stroke-linecap: square; opacity: 0.75; }
        .line { fill: none; stroke: var(--c); stroke-width: 2.2; stroke-linejoin: round; stroke-linecap: round; }
        .line.c8 { stroke-width: 1.6; stroke-dasharray: 5 4; }
        .leader { fill: none; stroke: var(--c); stroke-width: 1; opacity: 0.7; }
        .dot { fill: var(--c); }
        .point { fill: var(--c); fill-opacity: 0.45; }
        .mark { fill: var(--page); stroke: var(--ink); stroke-width: 1.6; }
        .c0 { --c: var(--c0); } .c1 { --c: var(--c1); } .c2 { --c: var(--c2); } .c3 { --c: var(--c3); }
        .c4 { --c: var(--c4); } .c5 { --c: var(--c5); } .c6 { --c: var(--c6); } .c7 { --c: var(--c7); }
        .c8 { --c: var(--c8); }
        details { margin-top: 6px; font-size: 0.9rem; }
        summary { cursor: pointer; color: var(--soft); font-size: 0.82rem; width: fit-content; padding: 4px 0; }
        figure details table { font-size: 0.82rem; }
        figure details th, figure details td { padding: 3px 10px; }
        .notes { margin-top: 16px; font-size: 0.88rem; color: var(--soft); }
        .notes div { display: flex; flex-wrap: wrap; gap: 0 10px; padding: 2px 0; }
        .notes dt { min-width: 92px; font-weight: 600; color: var(--ink); }
        .notes dd { flex: 1 1 260px; }
        .customer { margin-top: 18px; padding: 20px 22px; background: var(--card); border: 1px solid var(--rule); border-radius: 10px; }
        .customer h3 { margin: 0 0 14px; }
        .story { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 3fr); gap: 24px 34px; font-size: 0.88rem; }
        .story ol { margin: 0; padding-left: 1.5em; }
        .story .history { list-style: none; padding-left: 0; margin-bottom: 4px; }
        .story li { padding: 2px 0; overflow-wrap: anywhere; }
        .story li::marker { color: var(--soft); font-variant-numeric: tabular-nums; }
        .more { color: var(--soft); margin-bottom: 14px; }
        .history + h4 { margin-top: 14px; }
        .chosen { font-weight: 600; color: var(--good); }
        .lists { display: flex; flex-wrap: wrap; gap: 20px 28px; }
        .lists .list { flex: 1 1 max(min(190px, 100%), 100% / var(--columns) - 28px); }
        .hit { color: var(--good); background: var(--goodback); border-radius: 4px; }
        .method { margin-top: 10px; }
        .facts { font-size: 0.9rem; }
        .facts div { display: flex; flex-wrap: wrap; gap: 0 16px; padding: 5px 0; border-bottom: 1px solid var(--rule); }
        .facts dt { flex: 0 0 170px; color: var(--soft); }
        .facts dd { flex: 1 1 240px; overflow-wrap: anywhere; }
        pre {
          overflow-x: auto; background: var(--card); border: 1px solid var(--rule); border-radius: 8px;
          padding: 12px 16px; font: 0.82rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace;
        }
        @media (max-width: 720px) {
          main { padding: 24px 16px 56px; }
          section { margin-top: 28px; }
          .story { grid-template-columns: minmax(0, 1fr); }
          .customer { padding: 16px; }
          th, td { padding: 7px; }
          table { font-size: 0.88rem; }
        }
        @media print { details { display: none; } section { break-inside: avoid; } }

        """
}
