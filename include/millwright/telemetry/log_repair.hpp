#pragma once

#include <millwright/core/progress.hpp>
#include <millwright/core/result.hpp>
#include <millwright/core/time.hpp>
#include <millwright/telemetry/mcap/salvage.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

/// Whether a log is sound, and saving what is intact of one that is not. Of any MCAP file, Millwright's or another's.
namespace millwright::telemetry {

struct VerifyReport {
    std::uint64_t bytes = 0;
    std::uint64_t chunks = 0; ///< sound
    std::uint64_t messages = 0;
    std::uint64_t samples = 0;   ///< decoded; 0 when no channel is of an encoding this program reads samples from
    std::vector<Error> problems; ///< the first 100, in the order of the file; none: the log is sound
    std::uint64_t problemCount = 0;
};

/// Reads all of a log: framing, every checksum, counts and indexes against what they count and point at, and decodes every sample.
/// Errors: NotFound, Unreadable; Malformed when it is no MCAP file at all; Cancelled.
[[nodiscard]] Result<VerifyReport> verifyLog(const std::filesystem::path& path, const Progress& progress = {});

struct RecoverReport {
    mcap::Salvage found;
    std::uint64_t bytes = 0;            ///< of the damaged file
    std::uint64_t samples = 0;          ///< saved; 0 when no channel is of an encoding this program reads samples from
    std::uint64_t channelsUnknown = 0;  ///< described nowhere any more: kept as topics `recovered/channel-ID`
    std::uint64_t keyframesDropped = 0; ///< sums over samples of which some are lost
    TimeInterval span{};
    std::uint64_t outputBytes = 0;
};

/// Writes every intact chunk, message, attachment and metadata record of `input`, byte for byte, to `output`, with indexes and
/// summary made anew. The output appears only when all went well. Errors: NotFound, Unreadable; Malformed when there is nothing to
/// recover; Invalid when input and output are one file; ResourceLimit; Cancelled.
[[nodiscard]] Result<RecoverReport> recoverLog(const std::filesystem::path& input, const std::filesystem::path& output,
                                               const Progress& progress = {});

} // namespace millwright::telemetry
