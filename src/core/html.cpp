#include <millwright/core/html.hpp>

#include <algorithm>
#include <cstdint>
#include <format>

namespace millwright {
namespace {

constexpr std::string_view style =
    R"(:root { color-scheme: light dark; --ink: #1c2530; --quiet: #5d6b7a; --line: #d9e0e7; --paper: #ffffff; --panel: #f5f7f9; --mark: #1f5fae; --good: #1a7f4b; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e9ee; --quiet: #9aa7b4; --line: #36424e; --paper: #141a20; --panel: #1c242c; --mark: #79b0f2; --good: #58c48c; --bad: #ff8a80; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 64rem; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.2rem; margin: 2.2rem 0 .6rem; padding-bottom: .25rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1.3rem 0 .4rem; }
p { margin: .5rem 0; }
ul { margin: .5rem 0; padding-left: 1.2rem; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { overflow-wrap: normal; text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid var(--line); }
th { color: var(--quiet); font-weight: 600; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
th.number { white-space: normal; }
.wide { overflow-x: auto; }
.note { color: var(--quiet); font-size: .875rem; }
.good { color: var(--good); font-weight: 600; }
.bad { color: var(--bad); font-weight: 600; }
.row { display: grid; grid-template-columns: 12rem 1fr 11rem; gap: .1rem .8rem; align-items: center; padding: .15rem 0; }
.row svg, .row .ticks { display: block; width: 100%; height: 1.5rem; grid-column: 2; grid-row: 1; }
.row .value { grid-column: 3; text-align: right; font-variant-numeric: tabular-nums; }
.ticks, .row .ticks { position: relative; height: 1.2rem; color: var(--quiet); font-size: .75rem; }
.ticks span { position: absolute; transform: translateX(-50%); white-space: nowrap; }
.ticks.ends span:first-child { transform: none; }
.ticks.ends span:last-child { transform: translateX(-100%); }
.chart { position: relative; margin-top: .6rem; background: var(--panel); border: 1px solid var(--line); }
.chart svg { display: block; width: 100%; height: 9rem; }
.chart.states svg { height: 1.6rem; }
.stops { margin: .2rem 0 .6rem; font-size: .875rem; }
.chart .level { position: absolute; left: .3rem; padding: 0 .2rem; transform: translateY(-50%); background: var(--panel); color: var(--quiet); font-size: .75rem; line-height: 1.1rem; }
.chart .over { position: absolute; inset: 0; display: grid; place-items: center; margin: 0; }
.key { display: inline-block; width: .8em; height: .8em; margin-left: .6em; }
.named { white-space: nowrap; }
.key.edged { border: 1px solid #686868; }
.compare { position: relative; margin-top: .6rem; --at: 50%; }
.compare img, .picture { display: block; width: 100%; }
.compare .over { position: absolute; inset: 0 0 auto 0; clip-path: inset(0 calc(100% - var(--at)) 0 0); }
.compare input { width: 100%; margin: .4rem 0 0; }
.facts td { overflow-wrap: anywhere; }
code { font-size: .85em; }
details { margin: .4rem 0; }
@media (max-width: 40rem) { .row { grid-template-columns: 1fr auto; } .row .value { grid-column: 2; } .row svg, .row .ticks { grid-column: 1 / -1; grid-row: 2; } }
a { color: var(--mark); }
summary { cursor: pointer; color: var(--mark); }
@media print { body { max-width: none; } details:not([open]) { display: none; } h2, h3 { break-after: avoid; } }
)";

} // namespace

std::string dataUrl(std::string_view mediaType, std::string_view bytes) {
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string url = std::format("data:{};base64,", mediaType);
    url.reserve(url.size() + (bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t given = std::min<std::size_t>(3, bytes.size() - i);
        std::uint32_t three = 0;
        for (std::size_t k = 0; k < 3; ++k) three = three << 8 | (k < given ? static_cast<unsigned char>(bytes[i + k]) : 0u);
        for (std::size_t k = 0; k < 4; ++k) url += k <= given ? digits[three >> (18 - 6 * k) & 63] : '=';
    }
    return url;
}

std::string htmlEscaped(std::string_view text) {
    std::string result;
    for (const char c : text) {
        switch (c) {
        case '&': result += "&amp;"; break;
        case '<': result += "&lt;"; break;
        case '>': result += "&gt;"; break;
        case '"': result += "&quot;"; break;
        case '\'': result += "&#39;"; break;
        default:
            if (static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t') result += c;
        }
    }
    return result;
}

std::string htmlPage(std::string_view title, std::string_view body) {
    return std::format(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        // An empty icon, or browsers ask for one.
        "<link rel=\"icon\" href=\"data:,\">\n<title>{}</title>\n<style>\n{}</style>\n</head>\n<body>\n{}</body>\n</html>\n",
        htmlEscaped(title), style, body);
}

} // namespace millwright
