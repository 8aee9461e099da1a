#pragma once

#include "plant/document.hpp"
#include "plant/template.hpp"

#include <millwright/plant/feed.hpp>
#include <millwright/plant/plant.hpp>

namespace millwright::plant {

/// Reads and checks the `[[feed]]` tables. `plant` has its equipment already.
std::vector<Feed> readFeeds(const Node& root, ReadContext& context, const Plant& plant);

} // namespace millwright::plant
