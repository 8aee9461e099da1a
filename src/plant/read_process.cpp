#include "plant/read_process.hpp"

#include "plant/keys.hpp"
#include "plant/reader.hpp"

#include <millwright/core/spelling.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <format>
#include <map>
#include <ranges>
#include <unordered_map>

namespace millwright::plant {
namespace {

/// The members of one table of the plant, or of the scenario's table of the same id where that has them; knows which file each is
/// in.
class Fields {
public:
    Fields(const Node* base, Problems* baseProblems, const Node* over, Problems* overProblems)
        : base_{base}, over_{over}, baseProblems_{baseProblems}, overProblems_{overProblems} {}
    Fields(const Node& table, Problems& problems) : Fields{&table, &problems, nullptr, nullptr} {}

    [[nodiscard]] const Node* find(std::string_view key) const {
        return isOver(key) ? over_->find(key) : base_ != nullptr ? base_->find(key) : nullptr;
    }
    [[nodiscard]] bool has(std::string_view key) const { return find(key) != nullptr; }
    [[nodiscard]] Problems& problemsOf(std::string_view key) const {
        return isOver(key) || base_ == nullptr ? *overProblems_ : *baseProblems_;
    }
    /// At the member, or at the table when there is none.
    void problem(std::string_view key, std::string message) const {
        const Node* node = find(key);
        const Node& table = base_ != nullptr ? *base_ : *over_;
        problemsOf(key).add(node != nullptr ? node->at : table.at, std::move(message));
    }
    [[nodiscard]] bool isNew() const { return base_ == nullptr; }

    [[nodiscard]] std::string text(std::string_view key) const {
        const Node* node = find(key);
        return node != nullptr && node->kind == Node::Kind::String ? std::string{node->text} : std::string{};
    }
    [[nodiscard]] std::int64_t integer(std::string_view key, std::int64_t otherwise) const {
        const Node* node = find(key);
        return node != nullptr && node->kind == Node::Kind::Integer ? node->integer : otherwise;
    }
    [[nodiscard]] std::optional<double> number(std::string_view key) const {
        const Node* node = find(key);
        return node != nullptr && node->isNumber() ? std::optional{node->number} : std::nullopt;
    }
    [[nodiscard]] std::optional<Duration> duration(std::string_view key) const {
        const Node* node = find(key);
        return node != nullptr ? asDuration(*node) : std::nullopt;
    }
    [[nodiscard]] std::vector<double> numbers(std::string_view key) const {
        std::vector<double> values;
        if (const Node* node = find(key); node != nullptr && node->kind == Node::Kind::Array)
            for (const Node& child : node->children) values.push_back(child.number);
        return values;
    }
    /// The word's place among `words`, which are in the order of an enumeration.
    template <typename Enumeration>
    [[nodiscard]] Enumeration choice(std::string_view key, std::span<const std::string_view> words, Enumeration otherwise) const {
        const Node* node = find(key);
        const auto found = node != nullptr ? std::ranges::find(words, node->text) : words.end();
        return found == words.end() ? otherwise : static_cast<Enumeration>(found - words.begin());
    }
    /// One number of a table that is a member; 0 where either is not there.
    [[nodiscard]] double numberIn(std::string_view key, std::string_view name, double otherwise = 0) const {
        const Node* table = find(key);
        const Node* node = table != nullptr && table->kind == Node::Kind::Table ? table->find(name) : nullptr;
        return node != nullptr && node->isNumber() ? node->number : otherwise;
    }
    /// The tables of a list.
    [[nodiscard]] std::vector<Fields> tables(std::string_view key) const {
        std::vector<Fields> result;
        const Node* table = isOver(key) ? over_ : base_;
        for (const Node& child : Reader::tables(table, key)) result.emplace_back(child, problemsOf(key));
        return result;
    }

private:
    [[nodiscard]] bool isOver(std::string_view key) const { return over_ != nullptr && over_->find(key) != nullptr; }

    const Node* base_;
    const Node* over_;
    Problems* baseProblems_;
    Problems* overProblems_;
};

// Divided, not multiplied by a rounded 1e-9: 60 s must be 60.
double inSeconds(Duration duration) {
    return static_cast<double>(duration.count()) / 1e9;
}

// --- distributions -----------------------------------------------------------------------------------------------------------

struct DistributionUse {
    std::array<std::string_view, 3> needs;
    std::array<std::string_view, 4> mayHave;
};
// In the order of DistributionKind.
constexpr std::array uses{
    DistributionUse{{"mean"}, {}},
    DistributionUse{{"mean"}, {}},
    DistributionUse{{"mean", "shape"}, {}},
    DistributionUse{{"mean", "shape"}, {}},
    DistributionUse{{"mean", "deviation"}, {"low", "high"}},
    DistributionUse{{"mean"}, {"deviation", "sigma", "low", "high"}},
    DistributionUse{{"low", "mode", "high"}, {}},
    DistributionUse{{"low", "high"}, {}},
    DistributionUse{{"scale", "shape"}, {}},
    DistributionUse{{"low", "high", "shape"}, {"shape2"}},
    DistributionUse{{"values"}, {}},
    DistributionUse{{"values", "weights"}, {}},
};

// Whether the table has what its kind needs and nothing else.
bool hasRightKeys(const Node& table, const Fields& fields, DistributionKind kind) {
    const DistributionUse& use = uses[static_cast<std::size_t>(kind)];
    const std::string_view word = distributionWords[static_cast<std::size_t>(kind)];
    bool right = true;
    for (const std::string_view key : use.needs) {
        if (key.empty() || fields.has(key)) continue;
        fields.problem("kind", std::format("a distribution of kind {} needs '{}'", word, key));
        right = false;
    }
    for (const Node& member : table.children) {
        if (member.key == "kind" || std::ranges::contains(use.needs, member.key) || std::ranges::contains(use.mayHave, member.key))
            continue;
        fields.problem(member.key, std::format("'{}' means nothing in a distribution of kind {}", member.key, word));
        right = false;
    }
    return right;
}

std::optional<Distribution> readDistributionTable(const Node& table, Problems& problems) {
    const Fields fields{table, problems};
    if (!std::ranges::contains(distributionWords, fields.text("kind"))) return std::nullopt; // reported
    Distribution distribution;
    distribution.kind = fields.choice("kind", distributionWords, DistributionKind::Constant);
    if (!hasRightKeys(table, fields, distribution.kind)) return std::nullopt;
    const auto secondsOf = [&](std::string_view key, double otherwise) {
        const auto value = fields.duration(key);
        return value ? inSeconds(*value) : otherwise;
    };
    distribution.mean = secondsOf("mean", 0);
    distribution.deviation = secondsOf("deviation", 0);
    distribution.low = secondsOf("low", 0);
    distribution.high = secondsOf("high", distribution.high);
    distribution.mode = secondsOf("mode", 0);
    distribution.scale = secondsOf("scale", 1);
    distribution.shape = fields.number("shape").value_or(1);
    distribution.shape2 = fields.number("shape2").value_or(1);
    distribution.values = fields.numbers("values");
    distribution.weights = fields.numbers("weights");
    if (distribution.kind == DistributionKind::Lognormal) {
        const auto sigma = fields.number("sigma");
        if (sigma.has_value() == fields.has("deviation")) {
            fields.problem("kind", "a distribution of kind lognormal needs either 'deviation' or 'sigma'");
            return std::nullopt;
        }
        if (sigma) distribution.deviation = distribution.mean * std::sqrt(std::expm1(*sigma * *sigma));
    }
    return distribution;
}

// A time is a duration, which always takes that long, or a distribution. Nothing after a problem.
std::optional<Distribution> readTime(const Fields& fields, std::string_view key) {
    const Node* node = fields.find(key);
    if (node == nullptr) return std::nullopt;
    std::optional<Distribution> distribution;
    if (node->kind == Node::Kind::Table) {
        distribution = readDistributionTable(*node, fields.problemsOf(key));
    } else if (const auto constant = fields.duration(key)) {
        distribution = Distribution{.mean = inSeconds(*constant)};
    }
    if (!distribution) return std::nullopt;
    if (const auto problem = problemOf(*distribution)) {
        fields.problem(key, std::format("'{}': {}", key, *problem));
        return std::nullopt;
    }
    return distribution;
}

// --- the process -------------------------------------------------------------------------------------------------------------

constexpr std::array activityWords{"working", "starved", "blocked", "down", "setup", "idle"}; // in the order of Activity

using Index = std::unordered_map<std::string, std::uint32_t>;

class ProcessReader {
public:
    ProcessReader(const ProcessText& base, const ProcessText& over, const Plant& plant, std::size_t maximumItems)
        : base_{base}, over_{over}, plant_{plant}, maximumItems_{maximumItems} {}

    std::optional<Process> read() {
        const std::size_t before = problems();
        const Fields all{base_.table, base_.problems, over_.table, over_.problems};
        process_.length = all.duration("length").value_or(process_.length);
        process_.warmUp = all.duration("warm_up");
        process_.maximumParts =
            static_cast<std::uint32_t>(std::clamp<std::int64_t>(all.integer("maximum_parts", 1'000'000), 1, 100'000'000));
        process_.cost = {.hour = all.numberIn("cost", "hour"),
                         .energy = all.numberIn("cost", "energy"),
                         .item = all.numberIn("cost", "item"),
                         .scrap = all.numberIn("cost", "scrap")};
        process_.currency = plant_.currency;
        const auto elements = [&](std::string_view key, ProcessElement element, Index& index) {
            elements_[static_cast<std::size_t>(element)] = merged(key, element, index);
        };
        elements("product", ProcessElement::Product, products_);
        elements("shift", ProcessElement::Shift, shifts_);
        elements("crew", ProcessElement::Crew, crews_);
        elements("source", ProcessElement::Source, sources_);
        elements("buffer", ProcessElement::Buffer, buffers_);
        elements("station", ProcessElement::Station, stations_);
        if (problems() != before) return std::nullopt; // what refers to what is checked when everything is there
        readAll();
        readSignals();
        readFaults();
        if (problems() != before) return std::nullopt;
        for (const ProcessProblem& problem : problemsOf(process_)) report(problem, all);
        if (problems() != before) return std::nullopt;
        return std::move(process_);
    }

private:
    [[nodiscard]] std::size_t problems() const {
        return base_.problems->count() + (over_.problems != nullptr ? over_.problems->count() : 0);
    }
    [[nodiscard]] const std::vector<Fields>& of(ProcessElement element) const {
        return elements_[static_cast<std::size_t>(element)];
    }

    // A problem of the meaning of an element, at its id. Products that were not declared have none.
    void report(const ProcessProblem& problem, const Fields& all) {
        const auto& fields = of(problem.element);
        if (problem.index < fields.size())
            fields[problem.index].problem("id",
                                          std::format("{}: {}", nameOf(process_, problem.element, problem.index), problem.message));
        else
            all.problem("", problem.message);
    }

    // The plant's elements of a kind with what the scenario states of them, then the scenario's own.
    std::vector<Fields> merged(std::string_view key, ProcessElement element, Index& index) {
        std::unordered_map<std::string_view, const Node*> changes;
        for (const Node& table : Reader::tables(over_.table, key)) {
            const Node* id = table.find("id");
            if (id != nullptr && id->kind == Node::Kind::String && !changes.emplace(id->text, &table).second)
                over_.problems->add(id->at, std::format("{} '{}' was already changed", key, id->text));
        }
        std::vector<Fields> result;
        const auto add = [&](const std::string& id, const Fields& fields) {
            const bool place = element == ProcessElement::Buffer || element == ProcessElement::Station;
            if (place && (id == "done" || id == "scrap"))
                fields.problem("id", std::format("'{}' is the way out: name the {} otherwise", id, key));
            if (!index.emplace(id, static_cast<std::uint32_t>(result.size())).second)
                fields.problem("id", std::format("{} '{}' was already declared", key, id));
            if (element == ProcessElement::Station && buffers_.contains(id))
                fields.problem("id", std::format("'{}' is a buffer already: buffers and stations share their ids", id));
            result.push_back(fields);
        };
        for (const Node& table : Reader::tables(base_.table, key)) {
            const std::string id = Reader{table}.text("id");
            if (id.empty()) continue; // reported
            const auto change = changes.find(id);
            add(id, {&table, base_.problems, change != changes.end() ? change->second : nullptr, over_.problems});
            if (change != changes.end()) changes.erase(change);
        }
        for (const Node& table : Reader::tables(over_.table, key)) {
            const std::string id = Reader{table}.text("id");
            const auto own = changes.find(id);
            if (own == changes.end() || own->second != &table) continue;
            const Fields fields{nullptr, nullptr, &table, over_.problems};
            complete(fields, key, id);
            add(id, fields);
        }
        if (result.size() > maximumItems_)
            result.front().problem("id", std::format("there are {} {}s: there may be {}", result.size(), key, maximumItems_));
        return result;
    }

    // What a scenario adds must be whole; a misspelt id is the likelier mistake.
    void complete(const Fields& fields, std::string_view key, const std::string& id) {
        for (const Key& needed : processKeys.find(key)->table->keys) {
            if (!needed.required || fields.has(needed.name)) continue;
            std::vector<std::string_view> ids;
            for (const Node& table : Reader::tables(base_.table, key))
                if (const Node* other = table.find("id"); other != nullptr) ids.push_back(other->text);
            const std::string advice = didYouMean(id, ids);
            fields.problem("id",
                           std::format("the plant has no {} '{}'{}", key, id,
                                       advice.empty() ? std::format(", and as a new one it lacks '{}'", needed.name) : advice));
            return;
        }
    }

    std::optional<std::uint32_t> lookUp(const Fields& fields, std::string_view key, const Index& index, std::string_view what) {
        const std::string id = fields.text(key);
        if (id.empty()) return std::nullopt;
        const auto found = index.find(id);
        if (found != index.end()) return found->second;
        std::vector<std::string_view> ids;
        for (const auto& known : std::views::keys(index)) ids.push_back(known);
        std::ranges::sort(ids);
        fields.problem(key, std::format("there is no {} '{}'{}", what, id, didYouMean(id, ids)));
        return std::nullopt;
    }

    Place place(const Fields& fields, std::string_view key) {
        const std::string id = fields.text(key);
        if (id == "done") return {PlaceKind::Done};
        if (id == "scrap") return {PlaceKind::Scrap};
        if (const auto buffer = buffers_.find(id); buffer != buffers_.end()) return {PlaceKind::Buffer, buffer->second};
        if (const auto station = stations_.find(id); station != stations_.end()) return {PlaceKind::Station, station->second};
        std::vector<std::string_view> ids{"done", "scrap"};
        for (const Index* index : {&buffers_, &stations_})
            for (const auto& known : std::views::keys(*index)) ids.push_back(known);
        std::ranges::sort(ids);
        fields.problem(key, std::format("there is no buffer or station '{}'{}", id, didYouMean(id, ids)));
        return {};
    }

    Route route(const Fields& fields, RouteRule otherwise) {
        Route route{.rule = fields.choice("rule", ruleWords, otherwise)};
        if (fields.has("to") && fields.has("ways")) fields.problem("ways", "give either 'to' or 'ways', not both");
        if (fields.has("to")) route.branches.push_back({.to = place(fields, "to")});
        for (const Fields& way : fields.tables("ways")) {
            if (way.has("share") && route.rule != RouteRule::Share) way.problem("share", "'share' belongs to the rule share");
            if (way.has("product") && route.rule != RouteRule::Product)
                way.problem("product", "'product' belongs to the rule product");
            route.branches.push_back({.to = place(way, "to"),
                                      .share = way.number("share").value_or(1),
                                      .product = lookUp(way, "product", products_, "product")});
        }
        shares(fields, route);
        return route;
    }

    // Where no way has one, all are as likely.
    static void shares(const Fields& fields, const Route& route) {
        constexpr double slack = 0.002; // 0.333 three times
        const std::vector<Fields> ways = fields.tables("ways");
        if (route.rule != RouteRule::Share || std::ranges::none_of(ways, [](const Fields& way) { return way.has("share"); }))
            return;
        double sum = 0;
        for (const Branch& branch : route.branches) sum += branch.share;
        if (std::abs(sum - 1) <= slack) return;
        const bool some = !std::ranges::all_of(ways, [](const Fields& way) { return way.has("share"); });
        fields.problem("ways", std::format("the shares add up to {:.4g}, not to 1{}", sum,
                                           some ? ": a way without a share counts as 1" : ": where does the rest go?"));
    }

    void readAll() {
        for (const Fields& fields : of(ProcessElement::Product))
            process_.products.push_back({fields.text("id"), named(fields), static_cast<int>(fields.integer("priority", 0))});
        if (process_.products.empty()) process_.products.push_back({"part", "part", 0});
        for (const Fields& fields : of(ProcessElement::Shift)) readShift(fields);
        for (const Fields& fields : of(ProcessElement::Crew))
            process_.crews.push_back({fields.text("id"), named(fields), static_cast<std::uint32_t>(fields.integer("size", 1)),
                                      fields.numberIn("cost", "hour")});
        for (const Fields& fields : of(ProcessElement::Source)) readSource(fields);
        for (const Fields& fields : of(ProcessElement::Buffer)) {
            process_.buffers.push_back({.id = fields.text("id"),
                                        .name = named(fields),
                                        .capacity = static_cast<std::uint32_t>(fields.integer("capacity", 0)),
                                        .discipline = fields.choice("discipline", disciplineWords, Discipline::Fifo),
                                        .to = route(fields, RouteRule::First)});
        }
        for (const Fields& fields : of(ProcessElement::Station)) readStation(fields);
    }

    static std::string named(const Fields& fields) {
        const std::string name = fields.text("name");
        return name.empty() ? fields.text("id") : name;
    }

    void readShift(const Fields& fields) {
        Shift shift{.id = fields.text("id")};
        shift.period = fields.duration("period").value_or(shift.period);
        for (const Fields& hours : fields.tables("hours"))
            shift.hours.push_back(
                {hours.duration("from").value_or(Duration::zero()), hours.duration("to").value_or(Duration::zero())});
        process_.shifts.push_back(std::move(shift));
    }

    void readSource(const Fields& fields) {
        Source source{.id = fields.text("id"), .name = named(fields)};
        source.product = lookUp(fields, "product", products_, "product").value_or(0);
        source.every = readTime(fields, "every");
        source.first = fields.duration("first");
        if (fields.has("in_progress")) source.inProgress = static_cast<std::uint32_t>(fields.integer("in_progress", 1));
        source.limit = static_cast<std::uint64_t>(fields.integer("limit", 0));
        source.whenFull = fields.choice("when_full", whenFullWords, WhenFull::Wait);
        source.itemCost = fields.numberIn("cost", "item");
        source.to = route(fields, RouteRule::Share);
        process_.sources.push_back(std::move(source));
    }

    void readStation(const Fields& fields) {
        Station station{.id = fields.text("id"), .name = named(fields), .equipment = fields.text("equipment")};
        if (!station.equipment.empty() && plant_.findEquipment(station.equipment) == noEquipment) {
            std::vector<std::string_view> paths;
            for (const Equipment& equipment : plant_.equipment) paths.push_back(equipment.path);
            fields.problem("equipment",
                           std::format("there is no equipment '{}'{}", station.equipment, didYouMean(station.equipment, paths)));
        }
        station.servers = static_cast<std::uint32_t>(fields.integer("servers", 1));
        servers_ += station.servers;
        if (servers_ > maximumItems_)
            fields.problem("servers", std::format("all stations together have more than {} servers", maximumItems_));
        station.batch = static_cast<std::uint32_t>(fields.integer("batch", 1));
        station.cycle = readTime(fields, "cycle").value_or(Distribution{});
        for (const Fields& cycle : fields.tables("cycle_of"))
            station.cycles.push_back(
                {lookUp(cycle, "product", products_, "product").value_or(0), readTime(cycle, "time").value_or(Distribution{})});
        for (const Fields& setUp : fields.tables("setup"))
            station.setUps.push_back({lookUp(setUp, "from", products_, "product"), lookUp(setUp, "to", products_, "product"),
                                      readTime(setUp, "time").value_or(Distribution{})});
        for (const Fields& input : fields.tables("input")) readInput(input, station);
        station.blocking = fields.choice("blocking", blockingWords, Blocking::AfterService);
        for (const Fields& failure : fields.tables("failure")) {
            station.failures.push_back({.id = failure.text("id"),
                                        .clock = failure.choice("clock", clockWords, FailureClock::Working),
                                        .between = readTime(failure, "between").value_or(Distribution{}),
                                        .repair = readTime(failure, "repair").value_or(Distribution{}),
                                        .crew = lookUp(failure, "crew", crews_, "crew")});
        }
        station.shift = lookUp(fields, "shift", shifts_, "shift");
        station.hourCost = fields.numberIn("cost", "hour");
        station.itemCost = fields.numberIn("cost", "item");
        for (std::size_t i = 0; i < activities; ++i)
            station.power[i] = fields.numberIn("power", activityWords[i], fields.numberIn("power", "otherwise"));
        station.to = route(fields, RouteRule::Share);
        process_.stations.push_back(std::move(station));
    }

    void readInput(const Fields& fields, Station& station) {
        const std::string from = fields.text("from");
        const auto source = sources_.find(from);
        Input input{.fromSource = source != sources_.end() && !buffers_.contains(from),
                    .count = static_cast<std::uint32_t>(fields.integer("count", 1))};
        input.index = input.fromSource ? source->second : lookUp(fields, "from", buffers_, "buffer or source").value_or(0);
        station.inputs.push_back(input);
    }

    // The scenario's tables, and those of the plant that name no signal of the scenario's.
    void readSignals() {
        std::unordered_map<std::string, bool> named;
        for (const Node& table : Reader::tables(over_.table, "signal")) readSignal({table, *over_.problems}, named);
        const auto changed = named;
        for (const Node& table : Reader::tables(base_.table, "signal"))
            if (!changed.contains(Reader{table}.text("signal"))) readSignal({table, *base_.problems}, named);
    }

    void readSignal(const Fields& fields, std::unordered_map<std::string, bool>& named) {
        const std::string path = fields.text("signal");
        ProcessSignal signal{.signal = plant_.findSignal(path), .shows = fields.choice("shows", showsWords, Shows::Quantity)};
        if (signal.signal == noSignal) {
            std::vector<std::string_view> paths;
            for (const Signal& each : plant_.signals) paths.push_back(each.path);
            return fields.problem("signal", std::format("there is no signal '{}'{}", path, didYouMean(path, paths)));
        }
        if (!named.emplace(path, true).second) return fields.problem("signal", std::format("signal '{}' is driven already", path));
        const ValueType type = plant_.at(signal.signal).type;
        if ((type == ValueType::String) != (signal.shows == Shows::State))
            return fields.problem(
                "shows", std::format("'{}' is {}: {}", path, type == ValueType::String ? "a text" : "no text",
                                     type == ValueType::String ? "it can only show a state" : "a state is shown by a text"));
        const bool content = signal.shows == Shows::Content;
        const std::string_view key = content ? "buffer" : "station";
        if (!fields.has(key)) return fields.problem("signal", std::format("'{}' is missing: whose does '{}' show?", key, path));
        signal.of = lookUp(fields, key, content ? buffers_ : stations_, key).value_or(0);
        for (std::size_t i = 0; i < activities; ++i)
            signal.targets[i] = fields.number(activityWords[i]).value_or(fields.number("otherwise").value_or(0));
        signal.ramp = fields.number("ramp").value_or(0);
        signal.lag = fields.duration("lag").value_or(Duration::zero());
        signal.noise = fields.number("noise").value_or(0);
        signal.scale = fields.number("scale").value_or(1);
        signal.offset = fields.number("offset").value_or(0);
        signal.modulo = static_cast<std::uint32_t>(fields.integer("modulo", 0));
        signal.every = fields.duration("every").value_or(signal.every);
        process_.signals.push_back(signal);
    }

    void readFaults() {
        for (const Node& table : Reader::tables(base_.table, "fault")) readFault({table, *base_.problems});
        for (const Node& table : Reader::tables(over_.table, "fault")) readFault({table, *over_.problems});
    }

    void readFault(const Fields& fields) {
        ProcessFault fault{.kind = fields.choice("kind", faultWords, FaultKind::DropOut)};
        fault.at = fields.duration("at").value_or(Duration::zero());
        fault.lasts = fields.duration("lasts").value_or(Duration::zero());
        fault.by = fields.duration("by").value_or(Duration::zero());
        const auto needs = [&](std::string_view key) {
            if (fields.has(key)) return true;
            fields.problem("kind", std::format("a fault of kind {} needs '{}'", fields.text("kind"), key));
            return false;
        };
        if (fault.kind == FaultKind::Failure) {
            if (!needs("station") || !needs("failure")) return;
            fault.station = lookUp(fields, "station", stations_, "station").value_or(0);
            const auto& failures = process_.stations[fault.station].failures;
            const auto failure = std::ranges::find(failures, fields.text("failure"), &Failure::id);
            if (failure == failures.end())
                fields.problem("failure",
                               std::format("station '{}' has no failure '{}'", fields.text("station"), fields.text("failure")));
            fault.failure = static_cast<std::uint32_t>(failure - failures.begin());
        } else {
            if (!needs("signal") || !needs("lasts") || (fault.kind == FaultKind::ClockJump && !needs("by"))) return;
            const std::string path = fields.text("signal");
            if (const EquipmentIndex equipment = plant_.findEquipment(path); equipment != noEquipment)
                fault.signals = plant_.at(equipment).signals;
            else if (const SignalIndex signal = plant_.findSignal(path); signal != noSignal)
                fault.signals = {signal};
            else
                fields.problem("signal", std::format("there is no signal or equipment '{}'", path));
        }
        process_.faults.push_back(std::move(fault));
    }

    ProcessText base_, over_;
    const Plant& plant_;
    std::size_t maximumItems_;
    std::size_t servers_ = 0;
    Process process_;
    std::array<std::vector<Fields>, 7> elements_;
    Index products_, shifts_, crews_, sources_, buffers_, stations_;
};

} // namespace

std::optional<Process> readProcess(const ProcessText& base, const ProcessText& over, const Plant& plant, std::size_t maximumItems) {
    if (base.table == nullptr || base.table->kind != Node::Kind::Table) return std::nullopt;
    return ProcessReader{base, over, plant, maximumItems}.read();
}

} // namespace millwright::plant
