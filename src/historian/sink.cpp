#include "historian/sink.hpp"

#include <algorithm>
#include <format>
#include <limits>
#include <tuple>

namespace millwright::historian {
namespace {

constexpr std::array<const char*, 4> typeNames{"float", "integer", "boolean", "string"}; // as ValueType counts

std::uint64_t countOf(const Table& table) {
    return std::stoull(*table.front()[0]);
}

} // namespace

bool Batch::add(const telemetry::Sample& sample, std::size_t signal, const StringTable& strings) {
    Row row{.time = nanoseconds(sample.time), .quality = sample.quality, .type = sample.type, .value = sample.value};
    if (sample.type == ValueType::String) {
        const std::string_view text = strings.text(sample.value.string);
        if (!isText(text)) return false;
        row.text = texts_->text(texts_->add(text));
    }
    if (last_.size() <= signal) last_.resize(signal + 1);
    Last& last = last_[signal];
    const std::int32_t ordinal = last.ordinal >= 0 && last.time == row.time ? last.ordinal + 1 : 0;
    if (ordinal > std::numeric_limits<std::int16_t>::max()) return false;
    last = {row.time, ordinal};
    row.ordinal = static_cast<std::int16_t>(ordinal);
    rows_.push_back({row, signal});
    return true;
}

void Batch::clear() {
    rows_.clear();
    if (texts_->size() > 0) texts_ = std::make_unique<StringTable>();
}

Result<void> Sink::declare(const std::vector<telemetry::LogTopic>& topics, std::vector<std::string>& notes) {
    if (ids_.size() >= topics.size()) return {};
    std::vector<std::string> names, types, units;
    for (std::size_t i = ids_.size(); i < topics.size(); ++i) {
        if (!isText(topics[i].topic) || !isText(topics[i].unit)) continue;
        names.push_back(topics[i].topic);
        types.emplace_back(typeNames[static_cast<std::size_t>(topics[i].type)]);
        units.push_back(topics[i].unit);
    }
    const auto added = database_.query(
        std::format(
            "insert into {} (plant, topic, type, unit) select $1, * from unnest($2::text[], $3::text[], $4::text[]) on conflict "
            "(plant, topic) do nothing",
            tables_.signals),
        {options_.plant, arrayOf(names), arrayOf(types), arrayOf(units)});
    if (!added) return std::unexpected(added.error());
    const auto kept = signalsOf(database_, options_);
    if (!kept) return std::unexpected(kept.error());
    std::unordered_map<std::string_view, const KeptSignal*> byTopic;
    for (const KeptSignal& signal : *kept) byTopic.emplace(signal.topic, &signal);
    for (std::size_t i = ids_.size(); i < topics.size(); ++i) {
        const telemetry::LogTopic& topic = topics[i];
        const auto found = byTopic.find(topic.topic);
        ids_.emplace_back();
        if (found == byTopic.end()) {
            notes.push_back(std::format("the topic of a signal is no text that PostgreSQL can hold: it is not written"));
        } else if (found->second->type != topic.type || found->second->unit != topic.unit) {
            const auto described = [](ValueType type, const std::string& unit) {
                return std::format("{}{}{}", typeNames[static_cast<std::size_t>(type)], unit.empty() ? "" : " in ", unit);
            };
            notes.push_back(std::format("'{}' is kept as {}, and comes as {}: it is not written; give the signal another topic",
                                        topic.topic, described(found->second->type, found->second->unit),
                                        described(topic.type, topic.unit)));
        } else {
            ids_.back() = found->second->id;
        }
    }
    return {};
}

/// Until the transaction ends, nobody else writes samples of the plant.
Result<void> Sink::lock() {
    if (auto begun = database_.begin(); !begun) return begun;
    if (auto locked = database_.query(std::format("select pg_advisory_xact_lock({})", lockKey(options_, "write"))); !locked) {
        database_.rollback();
        return std::unexpected(locked.error());
    }
    return {};
}

Result<Written> Sink::write(const Batch& batch) {
    rows_.clear();
    Written refused;
    for (const Batch::Entry& entry : batch.rows_) {
        const auto id = entry.signal < ids_.size() ? ids_[entry.signal] : std::nullopt;
        if (!id) {
            ++refused.refused;
            continue;
        }
        rows_.push_back(entry.row);
        rows_.back().signal = *id;
    }
    if (rows_.empty()) return refused;
    // What is read together lies together.
    std::ranges::sort(rows_, [](const Row& a, const Row& b) {
        return std::tie(a.signal, a.time, a.ordinal) < std::tie(b.signal, b.time, b.ordinal);
    });
    bool known = false;
    auto done = writeNew(rows_, known);
    if (!done && known) done = writeMissing(rows_);
    if (done) done->refused += refused.refused;
    return done;
}

/// The usual case. `known` becomes true when some of them are there.
Result<Written> Sink::writeNew(std::span<const Row> rows, bool& known) {
    if (auto locked = lock(); !locked) return std::unexpected(locked.error());
    const auto copied = database_.copy(tables_.samples, rows);
    if (!copied || !*copied) {
        known = copied.has_value();
        database_.rollback();
        return std::unexpected(copied ? Error{ErrorCode::Invalid, "some samples are there already", {}} : copied.error());
    }
    if (auto done = database_.commit(); !done) return std::unexpected(done.error());
    return Written{.written = rows.size()};
}

/// Adds those that are not there. A sample whose place is taken by another value goes behind those of its time, once.
Result<Written> Sink::writeMissing(std::span<const Row> rows) {
    if (auto locked = lock(); !locked) return std::unexpected(locked.error());
    const std::string same = "p.signal = a.signal and p.time = a.time";
    const std::string equal = same +
                              " and p.quality = a.quality and p.number is not distinct from a.number and p.whole is not distinct "
                              "from a.whole and p.text is not distinct from a.text";
    const auto step = [&]() -> Result<Written> {
        const auto table = database_.run(std::format("create temporary table arriving (like {}) on commit drop", tables_.samples));
        if (!table) return std::unexpected(table.error());
        const auto copied = database_.copy("arriving", rows);
        if (!copied) return std::unexpected(copied.error());
        if (auto counted = database_.run("analyze arriving"); !counted) return std::unexpected(counted.error()); // for the planner
        const auto other = database_.query(std::format("with added as (insert into {0} ({1}) select time, signal, (select "
                                                       "max(ordinal) from {0} p where {2}) + row_number() over "
                                                       "(partition by signal, time order by ordinal), quality, number, whole, text "
                                                       "from arriving a where exists (select from {0} p "
                                                       "where {2} and p.ordinal = a.ordinal) and not exists (select from {0} p "
                                                       "where {3}) returning 1) select count(*) from added",
                                                       tables_.samples, rowColumns, same, equal));
        if (!other) return std::unexpected(other.error());
        const auto missing = database_.query(std::format(
            "with added as (insert into {0} ({1}) select {1} from arriving a where not exists (select from {0} p where {2} "
            "and p.ordinal = a.ordinal) returning 1) select count(*) from added",
            tables_.samples, rowColumns, same));
        if (!missing) return std::unexpected(missing.error());
        const std::uint64_t written = countOf(*other) + countOf(*missing);
        return Written{.written = written, .present = rows.size() - written};
    };
    auto done = step();
    if (!done) {
        database_.rollback();
        return done;
    }
    if (auto committed = database_.commit(); !committed) return std::unexpected(committed.error());
    return done;
}

} // namespace millwright::historian
