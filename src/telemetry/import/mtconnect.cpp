#include "telemetry/import/signals.hpp"
#include "telemetry/mtconnect/items.hpp"
#include "telemetry/mtconnect/units.hpp"

#include <millwright/core/mapped_file.hpp>

#include <algorithm>
#include <deque>
#include <format>
#include <limits>
#include <unordered_map>
#include <unordered_set>

namespace millwright::telemetry {
namespace {

using namespace mtconnect;

constexpr std::size_t maximumDevicesBytes = 256u << 20;

/// Finds the documents in what was saved of an agent's answers: one or several, with the heads of answers and parts between them.
class DocumentFinder {
public:
    explicit DocumentFinder(std::string_view text) : text_{text} {}

    /// False at the end.
    bool next(std::string_view& document) {
        std::string_view name;
        if (const auto begin = rootAt(name)) {
            const std::string close = std::format("</{}", name);
            const std::size_t found = text_.find(close, *begin);
            const std::size_t end = found == std::string_view::npos ? found : text_.find('>', found);
            moveTo(*begin);
            at_ = end == std::string_view::npos ? text_.size() : end + 1;
            cut_ = end == std::string_view::npos;
            document = text_.substr(*begin, at_ - *begin);
            return true;
        }
        return false;
    }
    /// Whether the file ends before the document that was found last does.
    [[nodiscard]] bool cut() const { return cut_; }
    /// Of a byte of the document that was found last; bytes in ascending order.
    [[nodiscard]] TextPlace place(std::size_t offset) {
        moveTo(std::min(begin_ + offset, text_.size()));
        return {line_, counted_ - lineStart_ + 1};
    }
    [[nodiscard]] double fraction() const {
        return static_cast<double>(at_) / static_cast<double>(std::max<std::size_t>(1, text_.size()));
    }

private:
    /// Where the next root element begins, and its name with its prefix.
    std::optional<std::size_t> rootAt(std::string_view& name) {
        constexpr std::string_view word = "MTConnect";
        const auto inName = [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ':' || c == '_' || c == '-';
        };
        for (std::size_t at = at_; (at = text_.find(word, at)) != std::string_view::npos; ++at) {
            std::size_t begin = at;
            while (begin > at_ && inName(text_[begin - 1])) --begin;
            if (begin == at_ || text_[begin - 1] != '<') continue;
            std::size_t end = at;
            while (end < text_.size() && inName(text_[end])) ++end;
            name = text_.substr(begin, end - begin);
            begin_ = begin - 1;
            return begin_;
        }
        return std::nullopt;
    }
    void moveTo(std::size_t at) {
        for (; counted_ < at; ++counted_) {
            if (text_[counted_] != '\n') continue;
            ++line_;
            lineStart_ = counted_ + 1;
        }
    }

    std::string_view text_;
    std::size_t at_ = 0, begin_ = 0, counted_ = 0, lineStart_ = 0;
    std::uint64_t line_ = 1;
    bool cut_ = false;
};

/// A data item on its way in.
struct SeenItem {
    const DataItem* declared = nullptr; ///< where a document of the devices has it
    std::string topic;
    std::uint64_t before = 0, newest = 0; ///< sequence numbers seen, before this document and in it
    std::size_t document = 0;             ///< in which it was seen last
    Time latest = Time::min();
    bool dataSet = false;
    bool bound = false; ///< what signals it has is known, of a data set but for its entries
    std::vector<std::size_t> signals;
    std::unordered_set<std::string> keys; ///< of its entries that are signals
    std::vector<TextCell> waiting;        ///< when it was not available, before it was known what it is; of a data set, ever
};

class MtconnectImport {
public:
    MtconnectImport(std::string_view text, const Mapping& mapping, const ImportLimits& limits, const Progress& progress,
                    Import& out)
        : mapping_{asTheyAre(mapping)},
          progress_{progress},
          out_{out},
          finder_{text},
          // An event may change its mind late in a day (a program's number, then its name): types are told from all of a file.
          signals_{mapping_, limits, std::numeric_limits<std::size_t>::max(), out} {}

    Result<void> run() {
        for (const auto& path : mapping_.devices) {
            auto text = readFile(path, maximumDevicesBytes);
            if (!text) return std::unexpected(text.error());
            auto answer = readDocument(*text, [](const Answer&, const Observation&) {});
            if (!answer) return failure(answer.error().code, answer.error().message, path.string());
            declare(std::move(*answer));
        }
        for (std::string_view document; !signals_.full() && finder_.next(document);) {
            if (progress_.cancelled()) return failure(ErrorCode::Cancelled, "stopped", out_.report.file);
            progress_(finder_.fraction(), "reading " + out_.report.file);
            ++documents_;
            read(document);
        }
        for (auto& [id, item] : seen_) {
            if (item.bound) continue; // it was never available
            want(id, item, Part::Value, "");
            settle(item);
        }
        if (documents_ == 0) return failure(ErrorCode::Malformed, "holds no document of MTConnect", out_.report.file);
        if (streams_ == 0 && out_.report.problems.empty())
            return failure(ErrorCode::Malformed,
                           "holds no MTConnectStreams document: save what the agent answers to `sample` or `current`",
                           out_.report.file);
        return signals_.finish();
    }

private:
    /// What is not available is said by the documents.
    static Mapping asTheyAre(Mapping mapping) {
        mapping.missing.clear();
        mapping.bad.clear();
        return mapping;
    }

    void declare(Answer answer) {
        devices_.push_back(std::move(answer.items));
        for (const DataItem& item : devices_.back()) declared_.try_emplace(item.id, &item);
    }

    void read(std::string_view document) {
        const TextPlace begin = finder_.place(0);
        if (finder_.cut()) return signals_.problem("the file ends before this document does", begin);
        std::string text{document};
        auto answer = readDocument(text, [this](const Answer& so, const Observation& seen) { observed(so, seen); });
        if (!answer) return signals_.problem(answer.error().message, begin);
        if (answer->unreadable > 0) {
            signals_.problem(std::format("holds {} observations without an item or a time", answer->unreadable), begin);
            out_.report.unparsable += answer->unreadable - 1;
        }
        if (answer->kind == DocumentKind::Error)
            signals_.problem(std::format("the agent says: {} ({})", answer->error, answer->errorCode), begin);
        streams_ += answer->kind == DocumentKind::Streams ? 1 : 0;
        if (answer->kind == DocumentKind::Devices) declare(std::move(*answer));
    }

    // --- what happened

    void observed(const Answer& answer, const Observation& seen) {
        ++out_.report.rows;
        if (answer.instance != instance_) {
            instance_ = answer.instance; // it counts anew
            items_.forgetConditions();
            for (auto& [id, item] : seen_) item.before = item.newest = 0;
        }
        const std::string id{seen.item};
        SeenItem& item = itemOf(id, seen);
        if (saidBefore(item, seen.sequence)) {
            ++out_.report.passedOver;
            return;
        }
        place_ = finder_.place(seen.offset);
        if (nanoseconds(seen.time) < 0)
            return signals_.problem(std::format("{} is before 1970, which logs cannot hold", formatTime(seen.time)), place_);
        if (seen.time < item.latest) ++out_.report.backward; // of its own: documents are in the order of components
        item.latest = std::max(item.latest, seen.time);
        Time time = seen.time;
        if (mapping_.from && time < *mapping_.from) {
            ++out_.report.stale;
            time = *mapping_.from;
        }
        if (!item.bound && !bind(id, item, seen)) {
            item.waiting.push_back(unavailable(time));
            return;
        }
        bindEntries(id, item, seen, time);
        const auto told =
            items_.observed(seen, time, [this](std::uint32_t number, Time when, Quality quality, std::string_view text) {
                const bool bad = quality == Quality::Bad;
                TextCell cell{
                    .time = when, .text = text, .place = place_, .kind = bad ? CellKind::None : CellKind::Text, .quality = {}};
                if (quality == Quality::Uncertain) cell.quality = quality;
                signals_.addCopy(number, cell);
            });
        if (told == Items::Outcome::TimeSeries)
            signals_.problem(std::format("'{}' is a time series, which is not read", item.topic), place_);
    }

    SeenItem& itemOf(const std::string& id, const Observation& seen) {
        const auto [found, fresh] = seen_.try_emplace(id);
        SeenItem& item = found->second;
        if (!fresh) return item;
        const auto declared = declared_.find(id);
        if (declared != declared_.end()) item.declared = declared->second;
        const auto firstOf = [](std::initializer_list<std::string_view> names) {
            return std::string{*std::ranges::find_if(names, [](std::string_view name) { return !name.empty(); })};
        };
        std::string device = firstOf({seen.device[0], seen.device[1], "device"});
        if (item.declared) device = firstOf({item.declared->device[0], device});
        const std::string name = item.declared ? firstOf({item.declared->name, id}) : firstOf({seen.name, id});
        item.topic = device + '/' + name;
        if (!topics_.insert(item.topic).second) item.topic = device + '/' + id; // two of one name
        return item;
    }

    /// An answer to `current`, or to an overlapping `sample`, repeats what was said.
    bool saidBefore(SeenItem& item, std::uint64_t sequence) const {
        if (sequence == 0) return false;
        if (std::exchange(item.document, documents_) != documents_) item.before = item.newest;
        item.newest = std::max(item.newest, sequence);
        return sequence <= item.before;
    }

    // --- which signals an item has

    static bool isPosition(const Observation& seen) {
        std::size_t numbers = 0;
        for (std::string_view rest = trimmed(seen.text); !rest.empty();
             rest = trimmed(rest.substr(std::min(rest.find(' '), rest.size())))) {
            double number = 0;
            if (!parseNumber(rest.substr(0, rest.find(' ')), '.', number)) return false;
            ++numbers;
        }
        return numbers == 3;
    }

    /// False where it cannot be told yet.
    bool bind(const std::string& id, SeenItem& item, const Observation& seen) {
        const DataItem* const declared = item.declared;
        item.dataSet = declared ? declared->dataSet : !seen.entries.empty();
        if (seen.condition) {
            want(id, item, Part::Value, "");
            want(id, item, Part::Code, "code");
            want(id, item, Part::Text, "text");
        } else if (declared ? declared->units.ends_with("_3D") : isPosition(seen)) {
            want(id, item, Part::X, "x");
            want(id, item, Part::Y, "y");
            want(id, item, Part::Z, "z");
        } else if (!item.dataSet) {
            if (!declared && seen.quality == Quality::Bad) return false;
            want(id, item, Part::Value, "");
        }
        if (item.dataSet)
            item.bound = true;
        else
            settle(item);
        return true;
    }

    void settle(SeenItem& item) {
        item.bound = true;
        for (const TextCell& cell : std::exchange(item.waiting, {}))
            for (const std::size_t signal : item.signals) signals_.add(signal, cell);
    }

    /// An entry that is seen first was not available either when its data set was not.
    void bindEntries(const std::string& id, SeenItem& item, const Observation& seen, Time time) {
        for (const Observation::Entry& entry : seen.entries) {
            if (!item.keys.insert(std::string{entry.key}).second) continue;
            const std::size_t before = item.signals.size();
            want(id, item, Part::Entry, entry.key);
            for (std::size_t i = before; i < item.signals.size(); ++i)
                for (const TextCell& cell : item.waiting) signals_.add(item.signals[i], cell);
        }
        if (item.dataSet && seen.quality == Quality::Bad) item.waiting.push_back(unavailable(time));
    }

    [[nodiscard]] TextCell unavailable(Time time) const {
        return {.time = time, .text = {}, .place = place_, .kind = CellKind::None, .quality = {}};
    }

    void want(const std::string& id, SeenItem& item, Part part, std::string_view below) {
        const std::string topic = below.empty() ? item.topic : std::format("{}/{}", item.topic, below);
        const auto mapped = mapping_.columns.find(topic);
        const bool known = mapped != mapping_.columns.end();
        if (known ? mapped->second.ignore : !mapping_.importOthers) {
            ++out_.report.passedOver;
            return;
        }
        ColumnMapping column = known ? mapped->second : ColumnMapping{};
        const bool position = part == Part::X || part == Part::Y || part == Part::Z;
        const bool text = part == Part::Code || part == Part::Text || (item.declared && item.declared->condition);
        if (!column.type && text) column.type = ValueType::String;
        if (!column.type && (position || (item.declared && item.declared->sample))) column.type = ValueType::Float;
        if (column.unit.empty() && item.declared && !text) column.unit = mtconnect::ucumOf(item.declared->units);
        columns_.push_back(std::move(column));
        const std::string named = topicFor(columns_.back().topic.empty() ? topic : columns_.back().topic, mapping_);
        const std::size_t signal = signals_.signal(named, &columns_.back());
        item.signals.push_back(signal);
        items_.want(id, part, below, static_cast<std::uint32_t>(signal));
    }

    const Mapping mapping_;
    const Progress& progress_;
    Import& out_;
    DocumentFinder finder_;
    SignalBuilder signals_;
    std::deque<ColumnMapping> columns_; ///< of the signals
    std::deque<std::vector<DataItem>> devices_;
    std::unordered_map<std::string, const DataItem*> declared_; ///< by id
    std::unordered_map<std::string, SeenItem> seen_;            ///< by id
    std::unordered_set<std::string> topics_;
    mtconnect::Items items_;
    TextPlace place_; ///< of the observation at hand
    std::uint64_t instance_ = 0;
    std::size_t documents_ = 0, streams_ = 0;
};

} // namespace

Result<void> importMtconnect(std::string_view text, const Mapping& mapping, const ImportLimits& limits, const Progress& progress,
                             Import& out) {
    return MtconnectImport{text, mapping, limits, progress, out}.run();
}

} // namespace millwright::telemetry
