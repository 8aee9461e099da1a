#include "historian/recording.hpp"

#include <algorithm>
#include <limits>

namespace millwright::historian {

Result<bool> Recording::open(const telemetry::RecorderStatus& recorder, std::size_t file) {
    const std::uint64_t begins = recorder.extents[file].samplesBefore;
    if (begins > position_) { // those between are gone
        lost_ += begins - position_;
        position_ = begins;
    }
    file_ = recorder.files[file];
    end_ = recorder.extents[file].bytes;
    global_.clear();
    tail_.reset();
    auto opened = telemetry::LogTail::open(file_);
    if (!opened) return std::unexpected(opened.error());
    tail_ = std::move(*opened);
    return true;
}

SignalIndex Recording::global(SignalIndex local) {
    while (global_.size() <= index(local)) {
        const telemetry::LogTopic& topic = tail_->topics()[global_.size()];
        const auto [found, added] = byTopic_.emplace(topic.topic, static_cast<SignalIndex>(topics_.size()));
        if (added) topics_.push_back(topic);
        global_.push_back(found->second);
    }
    return global_[index(local)];
}

Result<bool> Recording::next(const telemetry::RecorderStatus& recorder, std::vector<telemetry::Sample>& out) {
    while (true) {
        const auto found = std::ranges::find(recorder.files, file_);
        const bool there = found != recorder.files.end();
        const auto at = static_cast<std::size_t>(found - recorder.files.begin());
        // A file that was deleted had become as long as it ever would.
        if (there) end_ = recorder.extents[at].bytes;
        if (tail_) {
            const std::size_t before = out.size();
            const auto read = tail_->next(there ? end_ : std::numeric_limits<std::uint64_t>::max() / 2, out);
            if (read && *read) {
                for (std::size_t i = before; i < out.size(); ++i) out[i].signal = global(out[i].signal);
                position_ += out.size() - before;
                return true;
            }
            if (!read && there) {
                tail_.reset();
                return std::unexpected(read.error());
            }
        }
        // On to the file behind it; to the first where it is not there any more.
        const std::size_t next = there ? at + 1 : 0;
        if (next >= recorder.files.size()) return false;
        if (auto opened = open(recorder, next); !opened) return opened;
    }
}

} // namespace millwright::historian
