#pragma once

#include <string>
#include <string_view>

/// Reports as single HTML pages that open anywhere, without a network.
namespace millwright {

/// `bytes` as a `data:` URL, for pictures that travel in the page.
[[nodiscard]] std::string dataUrl(std::string_view mediaType, std::string_view bytes);

/// `text` for HTML and XML, in content and in quoted attributes: markup is escaped, control characters other than tab and
/// new line are left out. `text` must be UTF-8.
[[nodiscard]] std::string htmlEscaped(std::string_view text);

/// A page around `body`, which is HTML already. Its style is in it, the same for all reports: system fonts, light or dark as the
/// reader's machine is, made for print and for widths from 400 pixels. Classes: `wide` for what may scroll sideways, `note` for
/// small print, `number` for right-aligned cells, `good` and `bad` for verdicts, `row` for a line
/// of a chart: a label, an `svg` that is stretched to the width there is (or `ticks` of `span`s), and a `value`; on narrow screens
/// the drawing goes below the words. `chart` for a drawing by itself, with each `level` of its scale at its `top`, `ticks ends`
/// below it; `key` for a colour; `compare` for two pictures of one size and a range input that sets `--at`; `picture` for one.
/// `facts` for a table of names and what they are, which may be long paths.
[[nodiscard]] std::string htmlPage(std::string_view title, std::string_view body);

} // namespace millwright
