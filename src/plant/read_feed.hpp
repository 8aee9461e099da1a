#pragma once

#include "plant/document.hpp"
#include "plant/template.hpp"

#include <millwright/plant/feed.hpp>
#include <millwright/plant/plant.hpp>

namespace millwright::plant {

/// Reads and checks the `[[feed]]` tables. `plant` has its equipment already. Whether the files with secrets are there is looked at
/// only where feeds are `wanted`: a plant can be replayed without them.
std::vector<Feed> readFeeds(const Node& root, ReadContext& context, const Plant& plant, bool wanted);

} // namespace millwright::plant
