#pragma once

#include <millwright/telemetry/bookmarks.hpp>

#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace millwright::app {

/// The bookmarks of the log that is looked at: every change is written at once, and can be taken back. Where the file cannot be
/// written they are kept until the window closes, and `problem` says so.
class Bookmarks {
public:
    explicit Bookmarks(std::filesystem::path log);

    /// Sets one, with a name of its own, unless there is one at that time.
    void add(Time time);
    void remove(std::size_t place);
    /// Ignored where the name cannot be one or another has it.
    void rename(std::size_t place, std::string name);
    /// Takes back the last of these.
    void undo();

    [[nodiscard]] std::span<const telemetry::Bookmark> list() const { return list_; }
    [[nodiscard]] const std::string& problem() const { return problem_; }
    [[nodiscard]] bool canUndo() const { return !before_.empty(); }

private:
    void change(std::vector<telemetry::Bookmark> list);
    void write();

    std::filesystem::path log_;
    std::vector<telemetry::Bookmark> list_; ///< ascending by time
    std::vector<std::vector<telemetry::Bookmark>> before_;
    std::string problem_;
    bool readable_ = true; ///< false: what is there was not understood, and is left alone
};

} // namespace millwright::app
