#pragma once

#include <millwright/history/history.hpp>
#include <millwright/plant/plant.hpp>
#include <millwright/ui/next_hours.hpp>

#include <filesystem>
#include <memory>

namespace millwright::app {

/// Reads what a plant's process does at a moment of its log. `plant`, which has a process, outlives the reader.
[[nodiscard]] ui::NextHours::Read presentOfLog(const plant::Plant& plant, std::filesystem::path log);
/// The same of live feeds, whose samples `history` keeps and whose texts are in `strings`. Errors: also Unreadable while nothing
/// was heard of it.
[[nodiscard]] ui::NextHours::Read presentOfFeeds(const plant::Plant& plant, std::shared_ptr<const history::History> history,
                                                 std::shared_ptr<const StringTable> strings);

} // namespace millwright::app
