// A plotly chart whose node stays when its figure changes: Plotly.react draws the new figure into it, once.
// `data` is JSON: { figure: { data, layout }, says }, what chart.py has written.
import "./plotly-basic-4.1.1.min.js";

const CONFIG = { displayModeBar: false, scrollZoom: false, locale: "zh-CN" };
// A hover says 8月 where plotly would say Aug; it knows no other language than this one's English.
window.Plotly.register({ moduleType: "locale", name: "zh-CN", dictionary: {}, format: {
    days: ["星期日", "星期一", "星期二", "星期三", "星期四", "星期五", "星期六"],
    shortDays: ["周日", "周一", "周二", "周三", "周四", "周五", "周六"],
    months: ["1月", "2月", "3月", "4月", "5月", "6月", "7月", "8月", "9月", "10月", "11月", "12月"],
    shortMonths: ["1月", "2月", "3月", "4月", "5月", "6月", "7月", "8月", "9月", "10月", "11月", "12月"],
    periods: ["上午", "下午"], dateTime: "%Y年%-m月%-d日 %X", date: "%Y年%-m月%-d日", time: "%H:%M:%S",
    year: "%Y年", month: "%Y年%-m月", dayMonth: "%-m月%-d日", dayMonthYear: "%Y年%-m月%-d日",
} });

const shown = new WeakMap(); // what is drawn in a node: { text, width }

function chartIn(parent) {
    const there = parent.querySelector(":scope > [data-testid=stPlotlyChart]");
    if (there) return there;
    const node = document.createElement("div");
    node.dataset.testid = "stPlotlyChart"; // Streamlit's own name: whoever looks for a page's charts finds these
    node.setAttribute("role", "figure");
    parent.append(node);
    node.watch = new ResizeObserver(() => draw(node));
    node.watch.observe(parent);
    return node;
}

function draw(node) {
    const width = node.parentElement.clientWidth; // 0 where a tab or a closed box hides it: drawn when it opens
    const { text, width: before } = shown.get(node);
    if (!width || width === before) return;
    shown.set(node, { text, width });
    const { figure, says } = JSON.parse(text); // anew each time: plotly writes into what it is given
    node.setAttribute("aria-label", says);
    window.Plotly.react(node, figure.data, { ...figure.layout, width }, CONFIG);
}

export default function ({ data, parentElement }) {
    const node = chartIn(parentElement);
    shown.set(node, { text: new TextDecoder().decode(data), width: 0 });
    draw(node);
    return () => {
        node.watch.disconnect();
        window.Plotly.purge(node);
    };
}
