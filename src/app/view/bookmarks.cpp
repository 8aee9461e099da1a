#include <algorithm>
#include <app/view/bookmarks.hpp>
#include <format>
#include <utility>

namespace millwright::app {

using telemetry::Bookmark;

Bookmarks::Bookmarks(std::filesystem::path log) : log_{std::move(log)} {
    auto read = telemetry::readBookmarks(log_);
    if (read) {
        list_ = std::move(*read);
        return;
    }
    readable_ = false;
    problem_ = read.error().text();
}

void Bookmarks::write() {
    if (!readable_) return;
    const auto written = telemetry::writeBookmarks(log_, list_);
    problem_ = written ? std::string{} : "Not saved: " + written.error().text();
}

void Bookmarks::change(std::vector<Bookmark> list) {
    constexpr std::size_t mostSteps = 100;
    if (before_.size() == mostSteps) before_.erase(before_.begin());
    before_.push_back(std::exchange(list_, std::move(list)));
    write();
}

void Bookmarks::add(Time time) {
    if (list_.size() >= telemetry::mostBookmarks || std::ranges::contains(list_, time, &Bookmark::time)) return;
    Bookmark made{time, {}};
    for (std::size_t i = list_.size() + 1; made.name.empty() || std::ranges::contains(list_, made.name, &Bookmark::name); ++i)
        made.name = std::format("Bookmark {}", i);
    std::vector<Bookmark> list = list_;
    list.insert(std::ranges::upper_bound(list, time, {}, &Bookmark::time), std::move(made));
    change(std::move(list));
}

void Bookmarks::remove(std::size_t place) {
    if (place >= list_.size()) return;
    std::vector<Bookmark> list = list_;
    list.erase(list.begin() + static_cast<std::ptrdiff_t>(place));
    change(std::move(list));
}

void Bookmarks::rename(std::size_t place, std::string name) {
    if (place >= list_.size() || !telemetry::isBookmarkName(name) || std::ranges::contains(list_, name, &Bookmark::name)) return;
    std::vector<Bookmark> list = list_;
    list[place].name = std::move(name);
    change(std::move(list));
}

void Bookmarks::undo() {
    if (before_.empty()) return;
    list_ = std::move(before_.back());
    before_.pop_back();
    write();
}

} // namespace millwright::app
