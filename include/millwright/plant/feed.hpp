#pragma once

#include <millwright/core/result.hpp>
#include <millwright/core/time.hpp>

#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace millwright::plant {

enum class FeedKind : std::uint8_t { Mqtt, Sparkplug, Mtconnect, OpcUa, File };

enum class FeedTimeUnit : std::uint8_t { Seconds, Milliseconds, Microseconds, Nanoseconds };

enum class FeedSecurity : std::uint8_t { None, Sign, SignAndEncrypt };

/// Where live samples come from, as `[[feed]]` describes it; docs/feeds.md explains the keys. Patterns hold {topic}, {path},
/// {equipment}, {equipment_id} and {signal}, which stand for a signal's topic, its path, its equipment's path and its last part,
/// and the signal's id. Secrets are never here: only the names of what holds them.
struct Feed {
    std::string id;
    FeedKind kind = FeedKind::Mqtt;
    std::string url; ///< of all but `file`
    std::string equipment; ///< path; only its signals and those below come from this feed; empty: all
    // Of `file`:
    std::filesystem::path file;    ///< absolute; `-`: standard input
    std::filesystem::path mapping; ///< absolute; empty: the one beside the file
    // Of `mqtt` and `file`:
    std::string topic = "{topic}"; ///< pattern
    // Of `mqtt`:
    std::string value;             ///< JSON Pointer, a pattern; empty: the payload, or its member `value`
    std::string time;              ///< JSON Pointer; empty: the time of reception
    FeedTimeUnit timeUnit = FeedTimeUnit::Milliseconds;
    std::string quality;                ///< JSON Pointer; empty: good
    std::vector<std::string> subscribe; ///< topic filters; empty: from the pattern
    int qos = 1;
    // Of `sparkplug`:
    std::string metric = "{topic}";    ///< pattern of GROUP/EDGE-NODE/DEVICE/METRIC
    std::string hostId = "millwright"; ///< of the Sparkplug host application
    bool primary = false;              ///< publish its STATE
    Duration reorderTimeout = std::chrono::seconds{2};
    // Of `mtconnect`:
    std::string item = "{topic}"; ///< pattern of DEVICE/ITEM
    // Of `opcua`:
    std::string node = "{topic}";             ///< pattern of a node id or condition
    std::string notifier = "i=2253";          ///< node id of what tells the events of conditions; the object Server
    std::optional<Duration> samplingInterval; ///< none: at each publishing
    int queueSize = 10;
    FeedSecurity security = FeedSecurity::SignAndEncrypt;
    std::filesystem::path userCertificate, userKey; ///< absolute, PEM
    // Of `mtconnect` and `opcua`:
    Duration publishingInterval = std::chrono::milliseconds{250};
    // Of all:
    Duration window = std::chrono::milliseconds{20}; ///< how long samples wait to be put in order; longer for `opcua` and `file`
    Duration staleAfter{};                           ///< silence after which a value is stale; zero: never
    int queueMegabytes = 16;
    std::string clientId;                       ///< of `opcua`: the application URI
    std::string userVariable, passwordVariable; ///< names of environment variables
    std::filesystem::path passwordFile;         ///< absolute; its first line
    std::filesystem::path ca, certificate, key; ///< absolute, PEM
    bool verify = true;
};

/// The feeds of the plant at `path`, its folder or plant.toml, in file order. They are no part of `Plant`: what a plant is does not
/// depend on how one reaches it, and only what is live needs to. Returns every problem of the file, as `load` does.
[[nodiscard]] std::expected<std::vector<Feed>, std::vector<Error>> loadFeeds(const std::filesystem::path& path);

} // namespace millwright::plant
