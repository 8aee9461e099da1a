#pragma once

#include <millwright/core/result.hpp>
#include <millwright/sim/study.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Parts of a study that run anywhere, each by itself, and are put together to the very result of the whole.
namespace millwright::sim {

/// What one part found, as text: the plan, a digest of each scenario's model, and every value, which reads back to the same bits.
[[nodiscard]] std::string shardText(const std::vector<Scenario>& scenarios, const StudyPlan& plan, const StudyResult& result);

struct ShardFile {
    std::string name; ///< for messages
    std::string text;
};

struct MergedStudy {
    StudyPlan plan; ///< of the whole; `length` and `warmUp` are in the result
    StudyResult result;
};

/// Puts all parts of one study together; the result is that of the study run whole, bit for bit. `scenarios` must be those that
/// the parts were made of. Errors, with the file's name as place: Malformed; Invalid for parts of different studies, of another
/// model, one given twice or one missing.
[[nodiscard]] Result<MergedStudy> mergeShards(const std::vector<Scenario>& scenarios, std::span<const ShardFile> files);

} // namespace millwright::sim
