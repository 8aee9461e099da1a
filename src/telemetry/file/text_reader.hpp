#pragma once

#include <millwright/telemetry/feed.hpp>
#include <millwright/telemetry/file_feed.hpp>
#include <millwright/telemetry/import.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace millwright::telemetry::file {

/// Lines of CSV, JSON or SHDR as samples of a plant's signals, read by the importer of `log convert`, block by block. What the
/// first lines tell, the format, the header, and which column is the time, holds for those that follow. Thread: one at a time.
class TextReader {
public:
    struct Counters {
        std::uint64_t samples = 0, unmatched = 0, rejected = 0;
    };

    /// `name` is used in messages.
    TextReader(Mapping mapping, std::vector<FileAddress> addresses, std::string name);
    TextReader(const TextReader&) = delete;
    TextReader& operator=(const TextReader&) = delete;

    /// What follows comes from another writer, or from the beginning of a file: it may begin with a header, but need not.
    void begin() { begun_ = false; }
    /// The same, where what follows is the end of a file of which these lines are the first.
    void beginWith(std::string_view head);
    /// Appends the samples of whole lines, each ended by a line feed, which came at `received`.
    void read(std::string_view lines, Time received, StringTable& strings, std::vector<Sample>& out);

    [[nodiscard]] const Counters& counters() const { return counters_; }
    /// What is to be known of the file, each said once. Only ever grows.
    [[nodiscard]] const std::vector<std::string>& notes() const { return notes_; }

private:
    struct Target {
        const FileAddress* address = nullptr;
        std::string unit;             ///< of the file, for which the rest holds
        bool converts = true;         ///< whether it can be turned into the signal's
        double scale = 1, offset = 0; ///< with these
    };
    [[nodiscard]] bool takeHead(std::string_view& lines);
    void readRows(std::string_view lines, Time received, StringTable& strings, std::vector<Sample>& out);
    [[nodiscard]] bool import(std::string_view lines, std::size_t count, Time received, StringTable& strings,
                              std::vector<Sample>& out);
    void deliver(const Import& made, StringTable& strings, std::vector<Sample>& out);
    [[nodiscard]] bool deliverTo(Target& target, const LogChannel& channel, Sample sample, const StringTable& from,
                                 StringTable& strings, std::vector<Sample>& out);
    void learn(const ImportReport& report);
    void note(std::string text);

    Mapping mapping_;
    std::vector<FileAddress> addresses_;
    std::unordered_map<std::string, std::vector<Target>> targets_; ///< by topic
    std::string name_;
    std::optional<bool> headerSaid_; ///< by the mapping
    bool begun_ = false;
    bool dated_ = false;  ///< it is known where the time stands
    std::string pending_; ///< a beginning that is not complete
    std::string head_;    ///< of CSV: the lines before the first row
    std::string text_;    ///< head and lines
    std::size_t problemsNoted_ = 0;
    Counters counters_;
    std::vector<std::string> notes_;
};

} // namespace millwright::telemetry::file
