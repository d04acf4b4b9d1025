// A plotly chart whose node stays when its figure changes: Plotly.react draws the new figure into it, once.
// `data` is what chart.py has written: the JSON of { figure: { data, layout }, says, dark }.
import "./plotly-basic-4.1.1.min.js";

const CONFIG = { displayModeBar: false, scrollZoom: false, locale: "zh-CN" };
const MONTHS = ["1月", "2月", "3月", "4月", "5月", "6月", "7月", "8月", "9月", "10月", "11月", "12月"];

// The basic bundle speaks English alone: a date on an axis or under the mouse would be "Aug 31".
Plotly.register({
    moduleType: "locale",
    name: "zh-CN",
    dictionary: {},
    format: {
        days: ["星期日", "星期一", "星期二", "星期三", "星期四", "星期五", "星期六"],
        shortDays: ["周日", "周一", "周二", "周三", "周四", "周五", "周六"],
        months: MONTHS,
        shortMonths: MONTHS,
        periods: ["上午", "下午"],
        dateTime: "%Y年%-m月%-d日 %X",
        date: "%Y年%-m月%-d日",
        time: "%H:%M:%S",
        year: "%Y年",
        month: "%Y年%-m月",
        dayMonth: "%-m月%-d日",
        dayMonthYear: "%Y年%-m月%-d日",
    },
});

class Chart {
    constructor(parent) {
        this.node = document.createElement("div");
        this.node.dataset.testid = "stPlotlyChart"; // Streamlit's own name: whoever looks for a page's charts finds them
        this.node.setAttribute("role", "figure");
        parent.append(this.node);
        this.watch = new ResizeObserver(() => this.draw());
        this.watch.observe(this.node);
    }

    show(text) {
        this.text = text;
        this.width = 0;
        this.draw();
    }

    draw() {
        const width = this.node.clientWidth; // none in a tab that is not open: drawn when it opens
        if (!width || width === this.width) return;
        this.width = width;
        const { figure, says } = JSON.parse(this.text); // anew each time: plotly writes into what it is given
        this.node.setAttribute("aria-label", says);
        Plotly.react(this.node, figure.data, { ...figure.layout, width }, CONFIG);
        for (const layer of this.node.querySelectorAll(".main-svg")) // paper is narrower: see chart.css
            layer.setAttribute("viewBox", `0 0 ${width} ${figure.layout.height}`);
    }

    end() {
        this.watch.disconnect();
        Plotly.purge(this.node);
    }
}

const charts = new WeakMap(); // by the element that Streamlit keeps for each

function isDark(element) {
    const background = getComputedStyle(element).getPropertyValue("--st-background-color"); // #0E1722
    return parseInt(background.trim().slice(1, 3), 16) < 128;
}

export default function ({ data, parentElement, setTriggerValue }) {
    if (!charts.has(parentElement)) charts.set(parentElement, new Chart(parentElement));
    const chart = charts.get(parentElement);
    const text = new TextDecoder().decode(data);
    if (text !== chart.text) chart.show(text);
    // Called again when the reader's system turns dark or light; the server learns it with the next run, asked for once.
    const dark = isDark(parentElement);
    if (dark !== JSON.parse(text).dark && dark !== chart.asked) setTriggerValue("theme", true);
    chart.asked = dark;
    return () => {
        charts.delete(parentElement);
        chart.end();
    };
}
