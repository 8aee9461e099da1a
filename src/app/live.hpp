#pragma once

#include <millwright/core/json_writer.hpp>
#include <millwright/core/result.hpp>
#include <millwright/historian/writer.hpp>
#include <millwright/history/history.hpp>
#include <millwright/plant/feed.hpp>
#include <millwright/plant/plant.hpp>
#include <millwright/telemetry/opcua.hpp>
#include <millwright/telemetry/recorder.hpp>
#include <millwright/twin/live.hpp>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// How commands turn the feeds that a plant describes into connections, and what they say of them.
namespace millwright::app {

/// Connects every feed of the plant, in the background, or `instead` of them another one. `plant`, loaded from `path`, must outlive
/// it. Reads the environment and password files. Errors: Invalid (no feed, no signal, a signal that two feeds bring), NotFound (a
/// variable that is not set, a file), those of the feeds.
[[nodiscard]] Result<twin::Live> openLive(const plant::Plant& plant, const std::filesystem::path& path,
                                          const std::optional<plant::Feed>& instead = {});

/// A feed of all signals from a file that is named on the command line, relative to the current folder; `-` is standard input.
[[nodiscard]] plant::Feed feedOfFile(const std::string& file, const std::string& mapping);

/// How to reach the server of a feed of kind opcua. Reads the environment and password files. Errors: NotFound (a variable that is
/// not set, a file).
[[nodiscard]] Result<telemetry::OpcUaServer> opcUaServerOf(const plant::Feed& feed);

/// Keeps what `live` applies from now on in memory, within a budget of so many bytes.
[[nodiscard]] std::shared_ptr<history::History> keepHistory(const plant::Plant& plant, twin::Live& live, std::size_t budgetBytes);

/// Records, as `options` say but for the channels, what `live` receives from now on. Errors: those of `Recorder::create`.
[[nodiscard]] Result<std::unique_ptr<telemetry::Recorder>> recordLive(const plant::Plant& plant, twin::Live& live,
                                                                      telemetry::RecorderOptions options, bool withActions = false);

/// Tells what happened to feeds, their recording and the historian, once when it happens: for standard error, so that a service's
/// journal has it.
class LiveNews {
public:
    /// What is new since the last call, a line each.
    [[nodiscard]] std::vector<std::string> since(const std::vector<telemetry::FeedStatus>& feeds,
                                                 const telemetry::RecorderStatus& recorder,
                                                 const historian::WriterStatus* historian = nullptr);

private:
    std::vector<telemetry::FeedStatus> known_;
    std::string recording_; ///< why it pauses
    historian::WriterStatus historian_;
};

/// The members that docs/feeds.md describes, `feeds` and `late` and so on.
void writeFeeds(JsonWriter& json, twin::Live& live);
/// The member `historian` that docs/historian.md describes.
void writeHistorian(JsonWriter& json, const historian::WriterStatus& status);
/// One line a feed for people.
[[nodiscard]] std::string describeFeeds(const twin::Live& live);

} // namespace millwright::app
