#include "telemetry/import/cells.hpp"
#include "telemetry/import/json_documents.hpp"
#include "telemetry/import/signals.hpp"

#include <millwright/telemetry/payload.hpp>

#include <algorithm>
#include <deque>
#include <format>
#include <optional>
#include <unordered_map>

namespace millwright::telemetry {
namespace {

constexpr std::size_t mostMembers = 100'000;
constexpr const char* notJson = "is no JSON: an object was expected, whole";

bool isScalar(JsonKind kind) {
    return kind == JsonKind::Number || kind == JsonKind::Boolean || kind == JsonKind::String;
}

/// A number, boolean or text of a document, and where in it.
struct Leaf {
    std::string pointer; ///< JSON Pointer
    std::string topic;   ///< the names, joined by slashes
    std::string dotted;  ///< joined by dots
    bool known = false;  ///< what it is for has been told
    std::optional<std::size_t> signal;
    const ColumnMapping* mapped = nullptr;

    [[nodiscard]] bool isCalled(std::string_view name) const { return name == pointer || name == topic || name == dotted; }
};

class JsonImport {
public:
    JsonImport(std::string_view text, const Mapping& mapping, const ImportLimits& limits, const Progress& progress, Import& out)
        : mapping_{mapping},
          progress_{progress},
          out_{out},
          documents_{text},
          signals_{mapping, limits, 200, out},
          times_{mapping, signals_, out} {}

    Result<void> run() {
        for (JsonToken document; !signals_.full() && documents_.next(document);) {
            ++out_.report.rows;
            place_ = documents_.place();
            if (auto done = addDocument(document); !done) return done;
            if (out_.report.rows % 65'536 == 0) {
                if (progress_.cancelled()) return failure(ErrorCode::Cancelled, "stopped", out_.report.file);
                progress_(documents_.fraction(), "reading " + out_.report.file);
            }
        }
        if (documents_.isCut()) signals_.problem("the array is never closed: the file ends early", documents_.place());
        return signals_.finish();
    }

private:
    /// A leaf in the document at hand.
    struct Found {
        Leaf* leaf = nullptr;
        JsonToken token;
    };

    Result<void> addDocument(JsonToken document) {
        if (document.kind != JsonKind::Object) {
            signals_.problem(document.kind == JsonKind::Invalid ? notJson : "is no object", place_);
            return {};
        }
        auto wellFormed = walkAll(document);
        if (wellFormed && !*wellFormed) {
            document.text = made_.emplace_back(withQuotedSpecials(document.text));
            wellFormed = walkAll(document);
        }
        if (!wellFormed) return std::unexpected(wellFormed.error());
        if (!*wellFormed) {
            made_.pop_back();
            signals_.problem(notJson, place_);
            return {};
        }
        if (!long_) tellForm(document);
        return *long_ ? addLong(document) : addFlat();
    }

    // --- the places of a document

    /// Fills `found_`; false where the text is no JSON.
    Result<bool> walkAll(const JsonToken& document) {
        found_.clear();
        pointer_.clear();
        bool wellFormed = true;
        if (auto walked = walk(document, wellFormed); !walked) return std::unexpected(walked.error());
        return wellFormed;
    }

    Result<void> walk(const JsonToken& token, bool& wellFormed) {
        Result<void> done;
        const std::size_t length = pointer_.size();
        const bool whole = forEachJsonMember(token, [&](std::string_view key, const JsonToken& value) {
            append(key);
            const bool composite = value.kind == JsonKind::Object || value.kind == JsonKind::Array;
            done = composite ? walk(value, wellFormed) : addLeaf(value);
            pointer_.resize(length);
            return done && wellFormed;
        });
        wellFormed = wellFormed && whole;
        return done;
    }

    /// A name, as a JSON Pointer writes it.
    void append(std::string_view key) {
        pointer_ += '/';
        for (const char character : key) {
            if (character == '~')
                pointer_ += "~0";
            else if (character == '/')
                pointer_ += "~1";
            else
                pointer_ += character;
        }
    }

    Result<void> addLeaf(const JsonToken& token) {
        auto found = leaves_.find(pointer_);
        if (found == leaves_.end()) {
            if (leaves_.size() >= mostMembers)
                return failure(ErrorCode::ResourceLimit, std::format("has more than {} different members", mostMembers), where());
            found = leaves_.emplace(pointer_, Leaf{.pointer = pointer_, .topic = {}, .dotted = {}, .mapped = nullptr}).first;
            for (const std::string& name : pointerNames(pointer_)) {
                found->second.topic += (found->second.topic.empty() ? "" : "/") + name;
                found->second.dotted += (found->second.dotted.empty() ? "" : ".") + name;
            }
        }
        found_.push_back({&found->second, token});
        return {};
    }

    [[nodiscard]] std::string where() const { return std::format("{}:{}:{}", out_.report.file, place_.line, place_.column); }

    [[nodiscard]] const Found* leafCalled(std::string_view name) const {
        const auto found = std::ranges::find_if(found_, [&](const Found& one) { return one.leaf->isCalled(name); });
        return found == found_.end() ? nullptr : &*found;
    }

    // --- the time

    /// What stands where the time does in this document; null where a feed's is when it came. Errors: Invalid when nobody can tell
    /// where that is.
    Result<const Found*> findTime() {
        const auto received = times_.areReceived();
        if (!received) return std::unexpected(received.error());
        received_ = received_ || *received;
        if (received_) return nullptr;
        if (time_.empty()) {
            if (mapping_.timeColumn.empty()) {
                std::vector<TimeCandidate> candidates;
                std::vector<std::string> names;
                for (const Found& one : found_) {
                    const std::string_view name = one.leaf->topic;
                    candidates.push_back({name.substr(name.rfind('/') + 1), one.token.text}); // npos + 1 is 0
                    names.push_back(one.leaf->topic);
                }
                const auto guessed = guessTime(candidates, mapping_);
                received_ = !guessed && mapping_.received;
                if (received_) return nullptr;
                if (!guessed) return failure(ErrorCode::Invalid, noTime("member", names), where());
                out_.report.timeGuessed = true;
                time_ = found_[*guessed].leaf->topic;
            } else {
                time_ = mapping_.timeColumn;
            }
            out_.report.timeColumn = time_;
        }
        return leafCalled(time_);
    }

    /// Nothing where this document cannot be dated, which is counted.
    Result<std::optional<Time>> timeOf() {
        const auto found = findTime();
        if (!found) return std::unexpected(found.error());
        if (received_) return mapping_.received;
        if (!*found || !isScalar((*found)->token.kind)) {
            signals_.problem(std::format("has no time '{}'", time_), place_);
            return std::nullopt;
        }
        return times_.read(trimmed((*found)->token.text), place_, time_);
    }

    // --- one record, a signal each member

    Result<void> addFlat() {
        const auto time = timeOf();
        if (!time) return std::unexpected(time.error());
        if (!*time) return {};
        for (const Found& one : found_) {
            Leaf& leaf = *one.leaf;
            if (!leaf.known) tell(leaf);
            if (!leaf.signal) continue;
            if (one.token.kind == JsonKind::Null) {
                ++out_.report.empty;
                continue;
            }
            const Found* const quality = leaf.mapped && !leaf.mapped->quality.empty() ? leafCalled(leaf.mapped->quality) : nullptr;
            add(*leaf.signal, **time, one.token, quality ? quality->token : JsonToken{}, false);
        }
        return {};
    }

    void tell(Leaf& leaf) {
        leaf.known = true;
        if (leaf.isCalled(time_)) return;
        for (const auto& [name, column] : mapping_.columns) {
            if (leaf.isCalled(name)) leaf.mapped = &column;
            if (!column.quality.empty() && leaf.isCalled(column.quality)) return; // of another one
        }
        leaf.signal = signalFor(leaf.topic, leaf.mapped);
    }

    /// Nothing where the mapping does not want it.
    std::optional<std::size_t> signalFor(std::string_view name, const ColumnMapping* mapped) {
        if (mapped ? mapped->ignore : !mapping_.importOthers) {
            ++out_.report.passedOver;
            return std::nullopt;
        }
        return signals_.signal(saidTopic(mapped && !mapped->topic.empty() ? std::string_view{mapped->topic} : name, mapping_),
                               mapped);
    }

    /// `literal`: the texts of it are values as they stand, never missing or bad.
    void add(std::size_t signal, Time time, const JsonToken& token, const JsonToken& quality, bool literal) {
        TextCell cell{.time = time, .text = {}, .place = place_, .kind = CellKind::None, .quality = {}};
        if (!jsonText(token, scratch_, cell.text))
            return signals_.problem(std::format("'{}' has a wrong escape", token.text), place_);
        if (cell.text.data() == scratch_.data()) cell.text = made_.emplace_back(scratch_);
        if (token.kind == JsonKind::Number) cell.kind = CellKind::Number;
        if (token.kind == JsonKind::Boolean) cell.kind = CellKind::Boolean;
        if (token.kind == JsonKind::String) cell.kind = CellKind::String;
        const auto listed = [&](const std::vector<std::string>& list) { return std::ranges::find(list, cell.text) != list.end(); };
        const bool special = !literal && token.kind == JsonKind::String && (listed(mapping_.missing) || listed(mapping_.bad));
        if (special) cell.kind = CellKind::Text; // which is where texts of that kind are known
        if (quality.kind != JsonKind::Invalid && quality.kind != JsonKind::Null) {
            Quality said{};
            if (!parseName(quality.text, said)) return signals_.problem(notAQuality(quality.text), place_);
            cell.quality = said;
        }
        signals_.add(signal, cell);
    }

    // --- one value of a signal that the document names

    /// The names of the parts of the long form; whether documents have it is told by the first.
    void tellForm(const JsonToken& document) {
        topics_ = mapping_.topicColumns;
        value_ = mapping_.valueColumn;
        quality_ = mapping_.qualityColumn;
        long_ = !value_.empty();
        if (*long_ || at(document, "topic").kind != JsonKind::String) return;
        for (const char* const name : {"value", "payload"}) {
            if (at(document, name).kind == JsonKind::Invalid || mapping_.columns.contains(name)) continue;
            topics_ = {"topic"};
            value_ = name;
            quality_ = "quality";
            long_ = true;
            return;
        }
    }

    /// What `name`, a pointer, a name, or names with dots between them, stands for in a document.
    static JsonToken at(const JsonToken& document, std::string_view name) {
        if (name.starts_with('/')) return jsonAt(document.text, pointerNames(name));
        std::vector<std::string> path{std::string{name}};
        const JsonToken whole = jsonAt(document.text, path);
        if (whole.kind != JsonKind::Invalid || !name.contains('.')) return whole;
        path.clear();
        for (std::string_view rest = name;; rest.remove_prefix(rest.find('.') + 1)) {
            path.emplace_back(rest.substr(0, rest.find('.')));
            if (!rest.contains('.')) return jsonAt(document.text, path);
        }
    }

    Result<void> addLong(const JsonToken& document) {
        std::string topic;
        for (const std::string& name : topics_) {
            std::string_view text;
            const JsonToken token = at(document, name);
            if (!isScalar(token.kind) || !jsonText(token, scratch_, text) || text.empty()) {
                signals_.problem(std::format("has no topic '{}'", name), place_);
                return {};
            }
            topic += (topic.empty() ? "" : "/") + std::string{text};
        }
        JsonToken value = at(document, value_);
        if (value.kind == JsonKind::Invalid) {
            if (at(document, "type").kind == JsonKind::Invalid)
                signals_.problem(std::format("has no value '{}'", value_), place_);
            else
                static_cast<void>(signalOf(topic, document)); // says that there is such a signal
            return {};
        }
        if (time_.empty() && mapping_.timeColumn.empty())
            std::erase_if(found_, [&](const Found& one) {
                return one.leaf->isCalled(value_) || one.leaf->pointer.starts_with("/" + value_ + "/");
            });
        const auto time = timeOf();
        if (!time) return std::unexpected(time.error());
        if (!*time) return {};
        const bool payload = value_ == "payload" || value_.ends_with("/payload") || value_.ends_with(".payload");
        if (payload && value.kind == JsonKind::String) value = insideOf(value);
        if (payload && value.kind == JsonKind::Null)
            ++out_.report.empty; // a message without one
        else
            addBelow(topic, **time, document, value);
        return {};
    }

    /// A payload that was written as a text: the JSON in it, or the text itself.
    JsonToken insideOf(const JsonToken& token) {
        std::string_view text;
        if (!jsonText(token, scratch_, text)) return token;
        if (text.data() == scratch_.data()) text = made_.emplace_back(scratch_);
        if (trimmed(text).empty()) return {JsonKind::Null, text};
        const JsonToken inside = jsonAt(trimmed(text), {});
        return inside.length() == trimmed(text).size() && inside.kind != JsonKind::String ? inside : token;
    }

    /// A value, an object that has one, or many of them.
    void addBelow(const std::string& topic, Time time, const JsonToken& document, const JsonToken& value) {
        const bool composite = value.kind == JsonKind::Object || value.kind == JsonKind::Array;
        if (!composite) return addTo(topic, time, document, value, quality_.empty() ? JsonToken{} : at(document, quality_));
        if (const JsonToken inner = at(value, "value");
            value.kind == JsonKind::Object && (isScalar(inner.kind) || inner.kind == JsonKind::Null))
            return addTo(topic, time, document, inner, at(value, "quality"));
        const bool wellFormed = forEachJsonMember(value, [&](std::string_view key, const JsonToken& member) {
            const std::string below = topic + "/" + std::string{key};
            if (member.kind == JsonKind::Object || member.kind == JsonKind::Array)
                addBelow(below, time, document, member);
            else if (member.kind != JsonKind::Null)
                addTo(below, time, document, member, {});
            return !signals_.full();
        });
        if (!wellFormed && !signals_.full()) signals_.problem(std::format("the value of '{}' is no JSON", topic), place_);
    }

    void addTo(const std::string& topic, Time time, const JsonToken& document, const JsonToken& value, const JsonToken& quality) {
        if (const auto signal = signalOf(topic, document)) add(*signal, time, value, quality, true);
    }

    /// Of the long form; nothing where the mapping does not want it.
    std::optional<std::size_t> signalOf(const std::string& topic, const JsonToken& document) {
        auto known = byTopic_.find(topic);
        if (known == byTopic_.end()) {
            const auto mapped = mapping_.columns.find(topic);
            known =
                byTopic_.emplace(topic, signalFor(topic, mapped == mapping_.columns.end() ? described(document) : &mapped->second))
                    .first;
        }
        return known->second;
    }

    /// What a document says of its signal besides the value, as `log convert` writes it where a signal comes first.
    const ColumnMapping* described(const JsonToken& document) {
        const JsonToken type = at(document, "type");
        const JsonToken unit = at(document, "unit");
        ColumnMapping made;
        ValueType said{};
        if (type.kind == JsonKind::String && parseName(type.text, said)) made.type = said;
        std::string_view text;
        if (unit.kind == JsonKind::String && jsonText(unit, scratch_, text)) made.unit = text;
        return made.type || !made.unit.empty() ? &described_.emplace_back(std::move(made)) : nullptr;
    }

    const Mapping& mapping_;
    const Progress& progress_;
    Import& out_;
    DocumentReader documents_;
    SignalBuilder signals_;
    RowTimes times_;
    TextPlace place_;                              ///< of the document at hand
    std::unordered_map<std::string, Leaf> leaves_; ///< by pointer
    std::vector<Found> found_;
    std::string pointer_, scratch_;
    std::string time_;      ///< what the time is called; empty until told
    bool received_ = false; ///< the time is when the text came
    std::optional<bool> long_;
    std::vector<std::string> topics_; ///< of the long form
    std::string value_, quality_;
    std::unordered_map<std::string, std::optional<std::size_t>> byTopic_; ///< of the long form
    std::deque<ColumnMapping> described_;
    std::deque<std::string> made_; ///< texts whose escapes were undone
};

} // namespace

Result<void> importJson(std::string_view text, const Mapping& mapping, const ImportLimits& limits, const Progress& progress,
                        Import& out) {
    return JsonImport{text, mapping, limits, progress, out}.run();
}

} // namespace millwright::telemetry
