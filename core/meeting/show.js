"use strict";
// The show: turns slides that are all drawn already. It asks the server only whether newer data came in.
(function () {
  var root = document.documentElement, show = document.getElementById("show"), state = document.getElementById("state");
  var blank = document.getElementById("blank"), keys = document.getElementById("keys"), told = document.getElementById("told");
  var POLL = 4000, main, all, on = 0, cameFrom = null, timer = null, dwell = 0, playing = false, revision = "";

  function read() {
    all = Array.prototype.slice.call(show.querySelectorAll(".slide"));
    // The policy runs no style attribute; what a script sets is allowed.
    show.querySelectorAll("[data-style]").forEach(function (e) { e.style.cssText = e.dataset.style; });
    main = all.filter(function (s) { return !s.hasAttribute("data-below"); });
    revision = show.dataset.revision;
    dwell = Number(show.dataset.dwell) * 1000;
  }
  function current() { return all[on]; }
  function byId(id) { return all.findIndex(function (s) { return s.id === id; }); }

  function turn(to) {
    if (to < 0 || to >= all.length) return;
    closeSheets();
    all[on].classList.remove("on");
    on = to;
    var slide = current();
    slide.classList.add("on");
    slide.focus({ preventScroll: true });
    document.title = slide.dataset.title;
    history.replaceState(null, "", "#" + slide.id);
    var page = main.indexOf(slide);
    state.querySelector("i").textContent = page < 0 ? "退格键返回" : (page + 1) + " / " + main.length;
    told.textContent = (page < 0 ? "" : "第" + (page + 1) + "页，共" + main.length + "页。") + slide.dataset.title;
    rewind();
  }
  function step(by) {
    var page = main.indexOf(current());
    if (page < 0) return back();
    turn(byId(main[Math.min(Math.max(page + by, 0), main.length - 1)].id));
  }
  function edge(last) { turn(byId(main[last ? main.length - 1 : 0].id)); }
  function down(id) {
    var to = byId(id);
    if (to < 0) return;
    if (all[to].hasAttribute("data-below") && main.indexOf(current()) >= 0) cameFrom = current().id;
    turn(to);
  }
  function back() {
    var to = cameFrom === null ? 0 : byId(cameFrom);
    if (main.indexOf(current()) < 0) turn(Math.max(to, 0)); else step(-1);
  }

  function rewind() {
    clearTimeout(timer);
    if (playing && dwell && blank.hidden) timer = setTimeout(function () {
      var page = main.indexOf(current());
      if (page < 0) back(); else turn(byId(main[(page + 1) % main.length].id));
    }, dwell);
    var word = state.querySelector("u");
    word.textContent = !dwell ? "" : playing ? "▶自动" : "‖暂停";
  }
  function closeSheets() {
    Array.prototype.forEach.call(document.querySelectorAll(".sheet"), function (s) { s.hidden = true; });
    blank.hidden = true;
  }
  function sheet(which) {
    var was = which && !which.hidden;
    closeSheets();
    if (which && !was) { which.hidden = false; playing = false; rewind(); }
  }
  function about() {
    var pages = Array.prototype.slice.call(show.querySelectorAll('[data-about="' + current().id + '"]'));
    var open = pages.findIndex(function (s) { return !s.hidden; });
    sheet(open < 0 ? pages[0] : pages[open + 1] || pages[open]);
  }
  function toggleFull() {
    if (document.fullscreenElement) document.exitFullscreen();
    else if (root.requestFullscreen) root.requestFullscreen().catch(function () {});
  }

  function say(kind, mark, words) {
    if (state.className === kind) return;
    state.className = kind;
    state.querySelector("b").textContent = mark + words;
  }
  function ask(address, as) {
    var stop = new AbortController(), late = setTimeout(function () { stop.abort(); }, 20000);
    return fetch(address, { cache: "no-store", redirect: "error", signal: stop.signal }).then(function (answer) {
      if (!answer.ok) throw new Error(String(answer.status));
      return answer[as]();
    }).finally(function () { clearTimeout(late); });
  }
  var asking = false, asked = {}, sent = 0;
  function poll() {
    if (asking) return;
    asking = true;
    var before = sent;
    var of = "?place=" + encodeURIComponent(show.dataset.place) + "&on=" + show.dataset.on;
    var county = new URLSearchParams(location.search).get("county");
    if (county) of += "&county=" + encodeURIComponent(county);
    ask("/meeting/state" + of, "json").then(function (now) {
      if (before === sent) mark(now.asked);  // 问过之后又交办的，下一次才在答复里
      if (String(now.revision) === revision) say("live", "●", "实时"); else say("new", "◆", "有新数据，按R更新");
    }).catch(function (e) {
      if (e.message === "401") say("out", "○", "登录已失效，按R登录"); else say("lost", "○", "网络中断");
    }).then(function () { asking = false; });
  }
  // 各会场都看得见：谁在哪一页交办了什么，几秒内标在那一页上。
  function mark(now) {
    asked = now;
    all.forEach(function (slide) {
      var words = asked[slide.id] || [], strip = slide.querySelector(".asked");
      if (!words.length) { if (strip) strip.remove(); return; }
      if (!strip) { strip = slide.appendChild(document.createElement("p")); strip.className = "asked"; }
      strip.textContent = (words.length > 1 ? "共" + words.length + "件，新近：" : "") + words[words.length - 1];
    });
  }
  function renew() {
    if (root.dataset.live !== "yes") return;
    if (state.className === "out") { location.reload(); return; }
    ask(location.pathname + location.search, "text").then(function (text) {
      var fresh = new DOMParser().parseFromString(text, "text/html").getElementById("show");
      if (!fresh) throw new Error("no show");
      var here = current().id;
      show.replaceWith(fresh);
      show = fresh; on = 0; read(); listen(); mark(asked);
      turn(Math.max(byId(here), 0));
      poll();
    }).catch(function () { state.className = ""; say("lost", "○", "没有更新成"); });
  }

  document.addEventListener("keydown", function (e) {
    if (e.ctrlKey || e.altKey || e.metaKey) return;
    if (form && !form.hidden) { if (e.key === "Escape") closeSheets(); return; }
    var link = document.activeElement && document.activeElement.closest && document.activeElement.closest("a[href]");
    if (e.key === "Enter" && link) return;
    var act = {
      PageDown: function () { step(1); }, ArrowRight: function () { step(1); }, ArrowDown: function () { step(1); }, " ": function () { step(e.shiftKey ? -1 : 1); },
      Enter: function () { step(1); }, PageUp: function () { step(-1); }, ArrowLeft: function () { step(-1); }, ArrowUp: function () { step(-1); },
      Home: function () { edge(false); }, End: function () { edge(true); }, Backspace: back, Escape: closeSheets,
      b: function () { var dark = blank.hidden; closeSheets(); blank.hidden = !dark; rewind(); }, p: function () { playing = !playing; rewind(); },
      r: renew, f: toggleFull, F5: toggleFull, l: function () { root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark"; },
      k: about, h: function () { sheet(keys); }, t: openTask
    };
    act["."] = act.b; act["?"] = act.h;
    var wanted = act[e.key.length === 1 ? e.key.toLowerCase() : e.key];
    if (!wanted) return;
    e.preventDefault();
    if (!blank.hidden && e.key !== "b" && e.key !== "B" && e.key !== ".") { blank.hidden = true; rewind(); return; }
    wanted();
  });

  // 交办：写进调度，当场显示在这一页上；没写进去，话就留在表里。
  var form = document.getElementById("task");
  function openTask() {
    if (!form) return;
    sheet(form);
    var slide = current(), place = form.elements.place;
    if (slide.dataset.code) place.value = slide.dataset.code;
    form.elements.what.value = slide.dataset.title;
    answer();
    form.querySelector(".wrong").textContent = "";
    form.elements.owner.focus();
    form.elements.owner.select();
  }
  function answer() { form.elements.owner.value = form.elements.place.selectedOptions[0].dataset.post; }
  if (form) {
    form.elements.place.addEventListener("change", answer);
    form.querySelector("button[type=button]").addEventListener("click", closeSheets);
    form.addEventListener("submit", function (e) {
      e.preventDefault();
      var said = { on: show.dataset.on, slide: show.dataset.place + "/" + current().id }, slide = current();
      ["place", "what", "owner", "due_on", "next_step"].forEach(function (n) { said[n] = form.elements[n].value; });
      var wrong = form.querySelector(".wrong");
      fetch("/meeting/task", { method: "POST", redirect: "error", headers: { "Content-Type": "application/json" }, body: JSON.stringify(said) })
        .then(function (r) { return r.json(); })
        .then(function (now) {
          if (now.problem) { wrong.textContent = now.problem; return; }
          form.elements.next_step.value = "";
          closeSheets();
          sent += 1;
          (asked[slide.id] = asked[slide.id] || []).push(now.said);
          mark(asked);
          told.textContent = now.said;
          slide.focus({ preventScroll: true });
        })
        .catch(function () { wrong.textContent = "网络中断，没有写进去。网络恢复后再按“交办”，填的内容还在。"; });
    });
  }

  var touch = null;
  function listen() {
    show.addEventListener("click", function (e) {
      if (touch === "swiped") { touch = null; e.preventDefault(); return; }
      var link = e.target.closest("a[href]");
      if (link) { e.preventDefault(); down(link.getAttribute("href").slice(1)); return; }
      var box = show.getBoundingClientRect();
      step(e.clientX < box.left + box.width / 4 ? -1 : 1);
    });
  }
  document.addEventListener("touchstart", function (e) { touch = { x: e.changedTouches[0].clientX, y: e.changedTouches[0].clientY }; }, { passive: true });
  document.addEventListener("touchend", function (e) {
    if (!touch || touch === "swiped") return;
    var dx = e.changedTouches[0].clientX - touch.x, dy = e.changedTouches[0].clientY - touch.y;
    touch = null;
    if (Math.abs(dx) > 60 && Math.abs(dx) > Math.abs(dy) * 1.5) { touch = "swiped"; step(dx < 0 ? 1 : -1); setTimeout(function () { touch = null; }, 400); }
    else if (Math.abs(dy) > 90 && dy > 0 && main.indexOf(current()) < 0) { touch = "swiped"; back(); setTimeout(function () { touch = null; }, 400); }
  }, { passive: true });
  Array.prototype.forEach.call(document.querySelectorAll("#blank, #keys"), function (s) { s.addEventListener("click", function () { closeSheets(); rewind(); }); });
  window.addEventListener("hashchange", function () { var id = decodeURIComponent(location.hash.slice(1)); if (id && id !== current().id) down(id); });

  read(); listen();
  playing = dwell > 0;
  turn(Math.max(byId(decodeURIComponent(location.hash.slice(1))), 0));
  if (root.dataset.live === "yes") { poll(); setInterval(poll, POLL); } else say("file", "■", "单机版");
})();
