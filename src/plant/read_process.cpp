#include "plant/read_process.hpp"

#include "plant/keys.hpp"
#include "plant/process_fields.hpp"
#include "plant/read_cell.hpp"
#include "plant/read_maintenance.hpp"
#include "plant/reader.hpp"

#include <millwright/core/spelling.hpp>
#include <millwright/core/units.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <format>
#include <map>
#include <ranges>
#include <unordered_map>

namespace millwright::plant {
namespace {

// --- the process -------------------------------------------------------------------------------------------------------------

constexpr std::array activityWords{"working", "starved", "blocked",     "down",
                                   "setup",   "idle",    "maintenance", "unattended"}; // as Activity

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
        elements("node", ProcessElement::NetworkNode, nodes_);
        elements("edge", ProcessElement::NetworkEdge, edges_);
        elements("fleet", ProcessElement::Fleet, fleets_);
        elements("buffer", ProcessElement::Buffer, buffers_);
        elements("station", ProcessElement::Station, stations_);
        addConveyors();
        if (problems() != before) return std::nullopt; // what refers to what is checked when everything is there
        readAll();
        readCells(base_, over_, process_);
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
                fields.problem("id", std::format("'{}' is a buffer already: buffers, stations and conveyors share their ids", id));
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
            // How long work takes, or who carries instead.
            const bool works = key == "station" && needed.name == "cycle" && !fields.has("fleet");
            if (!(needed.required || works) || fields.has(needed.name)) continue;
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

    // They are stations too, behind those that are called so.
    void addConveyors() {
        std::vector<Fields>& stations = elements_[static_cast<std::size_t>(ProcessElement::Station)];
        firstConveyor_ = stations.size();
        Index conveyors;
        for (const Fields& fields : merged("conveyor", ProcessElement::Station, conveyors)) {
            const std::string id = fields.text("id");
            if (!stations_.emplace(id, static_cast<std::uint32_t>(stations.size())).second)
                fields.problem("id", std::format("'{}' is a station already: stations and conveyors share their ids", id));
            stations.push_back(fields);
        }
    }

    std::optional<std::uint32_t> lookUp(const Fields& fields, std::string_view key, const Index& index, std::string_view what) {
        const std::string id = fields.text(key);
        return id.empty() ? std::nullopt : find(fields, key, id, index, what);
    }

    // Of a list of ids.
    std::vector<std::uint32_t> lookUpAll(const Fields& fields, std::string_view key, const Index& index, std::string_view what) {
        std::vector<std::uint32_t> found;
        if (const Node* list = fields.find(key); list != nullptr && list->kind == Node::Kind::Array)
            for (const Node& each : list->children)
                if (const auto one = find(fields, key, std::string{each.text}, index, what)) found.push_back(*one);
        return found;
    }

    std::optional<std::uint32_t> find(const Fields& fields, std::string_view key, const std::string& id, const Index& index,
                                      std::string_view what) {
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
        fields.problem(key, std::format("there is no buffer, station or conveyor '{}'{}", id, didYouMean(id, ids)));
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
        for (const Fields& fields : of(ProcessElement::Crew)) readCrew(fields);
        readNetwork();
        for (const Fields& fields : of(ProcessElement::Source)) readSource(fields);
        for (const Fields& fields : of(ProcessElement::Buffer)) {
            process_.buffers.push_back({.id = fields.text("id"),
                                        .name = named(fields),
                                        .capacity = static_cast<std::uint32_t>(fields.integer("capacity", 0)),
                                        .discipline = fields.choice("discipline", disciplineWords, Discipline::Fifo),
                                        .node = lookUp(fields, "node", nodes_, "node"),
                                        .to = route(fields, RouteRule::First)});
            readPatience(fields, process_.buffers.back());
        }
        const std::vector<Fields>& stations = of(ProcessElement::Station);
        for (std::size_t i = 0; i < stations.size(); ++i) readStation(stations[i], i >= firstConveyor_);
    }

    static std::string named(const Fields& fields) {
        const std::string name = fields.text("name");
        return name.empty() ? fields.text("id") : name;
    }

    void readPatience(const Fields& fields, Buffer& buffer) {
        buffer.patience = readTime(fields, "patience");
        if (fields.has("gives_up_to")) buffer.givesUpTo = place(fields, "gives_up_to");
        if (fields.has("patience") && !fields.has("gives_up_to"))
            fields.problem("patience", "'gives_up_to' is missing: where does a part go that has waited so long?");
        if (!fields.has("patience") && fields.has("gives_up_to"))
            fields.problem("gives_up_to", "'patience' is missing: after how long does a part give up?");
    }

    void readShift(const Fields& fields) {
        Shift shift{.id = fields.text("id")};
        shift.period = fields.duration("period").value_or(shift.period);
        for (const Fields& hours : fields.tables("hours"))
            shift.hours.push_back(
                {hours.duration("from").value_or(Duration::zero()), hours.duration("to").value_or(Duration::zero())});
        process_.shifts.push_back(std::move(shift));
    }

    void readCrew(const Fields& fields) {
        process_.crews.push_back({.id = fields.text("id"),
                                  .name = named(fields),
                                  .size = static_cast<std::uint32_t>(fields.integer("size", 1)),
                                  .shift = lookUp(fields, "shift", shifts_, "shift"),
                                  .response = readTime(fields, "response").value_or(Distribution{}),
                                  .travel = readTime(fields, "travel").value_or(Distribution{}),
                                  .walking = fields.number("walking").value_or(0),
                                  .home = pointOf(fields, "home"),
                                  .hourCost = fields.numberIn("cost", "hour")});
        if (fields.has("travel") && fields.has("walking"))
            fields.problem("travel", "give either 'travel', a time for every way, or 'walking', a speed");
        if (fields.has("home") && !fields.has("walking")) fields.problem("home", "'home' means nothing without 'walking'");
    }

    static std::optional<std::array<double, 3>> pointOf(const Fields& fields, std::string_view key) {
        const Node* node = fields.find(key);
        const auto point = node != nullptr ? asVector(*node) : std::nullopt;
        return point ? std::optional{std::array{point->x, point->y, point->z}} : std::nullopt;
    }

    // Stated, or that of its node or its equipment.
    std::optional<std::array<double, 3>> placeOf(const Fields& fields, const Station& station) const {
        if (fields.has("at")) return pointOf(fields, "at");
        if (station.node && process_.nodes[*station.node].at) return process_.nodes[*station.node].at;
        EquipmentIndex each = station.equipment.empty() ? noEquipment : plant_.findEquipment(station.equipment);
        if (each == noEquipment) return std::nullopt;
        glm::dvec3 at{0};
        for (; each != noEquipment; each = plant_.at(each).parent) {
            const Placement& placement = plant_.at(each).placement;
            at = placement.position + placement.rotation * (placement.scale * at);
        }
        return std::array{at.x, at.y, at.z};
    }

    // One crew, or several of which the first is preferred.
    std::vector<std::uint32_t> crewsOf(const Fields& fields) {
        const Node* node = fields.find("crew");
        if (node == nullptr || node->kind == Node::Kind::Array) return lookUpAll(fields, "crew", crews_, "crew");
        const auto crew = lookUp(fields, "crew", crews_, "crew");
        return crew ? std::vector{*crew} : std::vector<std::uint32_t>{};
    }

    void readSource(const Fields& fields) {
        Source source{.id = fields.text("id"), .name = named(fields)};
        source.product = lookUp(fields, "product", products_, "product").value_or(0);
        source.every = readTime(fields, "every");
        source.first = fields.duration("first");
        if (fields.has("rate")) source.rate = readRate(fields.table("rate"));
        if (fields.has("order")) source.orders = readOrders(fields, source.product);
        if (!source.orders && fields.has("order_period")) fields.problem("order_period", "there is no 'order' that it repeats");
        if (fields.has("in_progress")) source.inProgress = static_cast<std::uint32_t>(fields.integer("in_progress", 1));
        source.limit = static_cast<std::uint64_t>(fields.integer("limit", 0));
        source.whenFull = fields.choice("when_full", whenFullWords, WhenFull::Wait);
        source.itemCost = fields.numberIn("cost", "item");
        source.node = lookUp(fields, "node", nodes_, "node");
        source.to = route(fields, RouteRule::Share);
        process_.sources.push_back(std::move(source));
    }

    static ArrivalRate readRate(const Fields& fields) {
        ArrivalRate rate;
        rate.period = fields.duration("period").value_or(rate.period);
        for (const Fields& step : fields.tables("step"))
            rate.steps.push_back({step.duration("from").value_or(Duration::zero()), step.number("per_hour").value_or(0)});
        return rate;
    }

    OrderPlan readOrders(const Fields& fields, std::uint32_t product) {
        OrderPlan plan{.period = fields.duration("order_period"), .orders = {}};
        for (const Fields& each : fields.tables("order")) {
            std::string id = each.text("id");
            if (id.empty()) id = std::to_string(plan.orders.size() + 1);
            plan.orders.push_back({.id = std::move(id),
                                   .at = each.duration("at").value_or(Duration::zero()),
                                   .product = lookUp(each, "product", products_, "product").value_or(product),
                                   .count = static_cast<std::uint32_t>(each.integer("count", 1)),
                                   .due = each.duration("due")});
        }
        return plan;
    }

    void readStation(const Fields& fields, bool conveys) {
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
        station.node = lookUp(fields, "node", nodes_, "node");
        station.at = placeOf(fields, station);
        if (!fields.has("fleet") && !conveys) {
            station.load = readTime(fields, "load").value_or(Distribution{});
            station.unload = readTime(fields, "unload").value_or(Distribution{});
        }
        for (const Fields& need : fields.tables("need")) readNeed(need, station);
        if (conveys)
            readConveying(fields, station);
        else
            readCarrying(fields, station);
        for (const Fields& cycle : fields.tables("cycle_of"))
            station.cycles.push_back(
                {lookUp(cycle, "product", products_, "product").value_or(0), readTime(cycle, "time").value_or(Distribution{})});
        for (const Fields& setUp : fields.tables("setup"))
            station.setUps.push_back({lookUp(setUp, "from", products_, "product"), lookUp(setUp, "to", products_, "product"),
                                      readTime(setUp, "time").value_or(Distribution{})});
        for (const Fields& input : fields.tables("input")) readInput(input, station);
        if (fields.has("makes")) readMakes(fields.table("makes"), station);
        station.blocking = fields.choice("blocking", blockingWords, Blocking::AfterService);
        station.failures = failures(fields);
        for (const Fields& maintenance : fields.tables("maintenance")) {
            station.maintenance.push_back(readMaintenance(maintenance, station.failures));
            station.maintenance.back().crew = lookUp(maintenance, "crew", crews_, "crew");
        }
        station.shift = lookUp(fields, "shift", shifts_, "shift");
        station.hourCost = fields.numberIn("cost", "hour");
        station.itemCost = fields.numberIn("cost", "item");
        for (std::size_t i = 0; i < activities; ++i)
            station.power[i] = fields.numberIn("power", activityWords[i], fields.numberIn("power", "otherwise"));
        station.to = route(fields, RouteRule::Share);
        process_.stations.push_back(std::move(station));
    }

    void readNeed(const Fields& fields, Station& station) {
        const std::vector<std::uint32_t> crews = crewsOf(fields);
        Need need{.crew = crews.empty() ? 0 : crews.front(),
                  .others = {crews.begin() + (crews.empty() ? 0 : 1), crews.end()},
                  .count = static_cast<std::uint32_t>(fields.integer("count", 1)),
                  .priority = static_cast<int>(fields.integer("priority", 0))};
        const Node* during = fields.find("during");
        if (during != nullptr && during->kind == Node::Kind::Array) {
            need.during = {};
            for (const Node& word : during->children) {
                const auto step = std::ranges::find(stepWords, word.text);
                if (step == stepWords.end())
                    fields.problem("during", std::format("there is no step '{}': name setup, load, work or unload", word.text));
                else
                    need.during[static_cast<std::size_t>(step - stepWords.begin())] = true;
            }
            if (during->children.empty()) fields.problem("during", "names no step: what is it needed for?");
        }
        station.needs.push_back(need);
    }

    std::vector<Failure> failures(const Fields& fields) {
        std::vector<Failure> failures;
        for (const Fields& failure : fields.tables("failure")) {
            if (failure.text("clock") == "cycles") refuseUnits(failure, "between", "cycles");
            const std::vector<std::uint32_t> crews = crewsOf(failure);
            failures.push_back({.id = failure.text("id"),
                                .clock = failure.choice("clock", clockWords, FailureClock::Working),
                                .between = readTime(failure, "between").value_or(Distribution{}),
                                .repair = readTime(failure, "repair").value_or(Distribution{}),
                                .detected = readTime(failure, "detected").value_or(Distribution{}),
                                .crew = crews.empty() ? std::nullopt : std::optional{crews.front()},
                                .others = {crews.begin() + (crews.empty() ? 0 : 1), crews.end()}});
        }
        return failures;
    }

    static void readConveying(const Fields& fields, Station& station) {
        station.conveying = {.length = fields.number("length").value_or(0),
                             .speed = fields.number("speed").value_or(0),
                             .pitch = fields.number("pitch").value_or(0),
                             .accumulating = fields.boolean("accumulating", true),
                             .zones = static_cast<std::uint32_t>(fields.integer("zones", 0))};
    }

    void readCarrying(const Fields& fields, Station& station) {
        constexpr std::array others{"at",       "cycle",   "servers",     "cycle_of", "setup", "input", "makes",
                                    "blocking", "failure", "maintenance", "shift",    "node",  "power", "need"};
        if (!fields.has("fleet")) {
            if (!fields.has("cycle")) fields.problem("id", "'cycle' is missing: how long does its work take?");
            return;
        }
        for (const std::string_view key : others)
            if (fields.has(key))
                fields.problem(key, std::format("'{}' means nothing in a station whose parts a fleet carries", key));
        if (const auto fleet = lookUp(fields, "fleet", fleets_, "fleet"))
            station.carrying = {*fleet, readTime(fields, "load").value_or(Distribution{}),
                                readTime(fields, "unload").value_or(Distribution{})};
    }

    void readNetwork() {
        for (const Fields& fields : of(ProcessElement::NetworkNode)) {
            NetworkNode node{.id = fields.text("id"), .room = static_cast<std::uint32_t>(fields.integer("room", 1))};
            if (const Node* at = fields.find("at"))
                if (const auto place = asVector(*at)) node.at = {place->x, place->y, place->z};
            process_.nodes.push_back(std::move(node));
        }
        for (const Fields& fields : of(ProcessElement::NetworkEdge)) readEdge(fields);
        for (const Fields& fields : of(ProcessElement::Fleet)) readFleet(fields);
    }

    void readEdge(const Fields& fields) {
        NetworkEdge edge{.id = fields.text("id"),
                         .from = lookUp(fields, "from", nodes_, "node").value_or(0),
                         .to = lookUp(fields, "to", nodes_, "node").value_or(0),
                         .length = fields.number("length").value_or(0),
                         .lanes = fields.choice("lanes", laneWords, Lanes::Single)};
        edge.speedLimit = fields.number("speed_limit").value_or(edge.speedLimit);
        if (!fields.has("length") && edge.from < process_.nodes.size() && edge.to < process_.nodes.size()) {
            const auto &from = process_.nodes[edge.from].at, &to = process_.nodes[edge.to].at;
            if (from && to)
                edge.length = std::hypot((*to)[0] - (*from)[0], (*to)[1] - (*from)[1], (*to)[2] - (*from)[2]);
            else
                fields.problem("id", "'length' is missing, and one of its nodes does not say where it is with 'at'");
        }
        process_.edges.push_back(std::move(edge));
    }

    void readFleet(const Fields& fields) {
        Fleet fleet{.id = fields.text("id"),
                    .name = named(fields),
                    .vehicles = static_cast<std::uint32_t>(fields.integer("vehicles", 1)),
                    .speed = fields.number("speed").value_or(0),
                    .loadedSpeed = fields.number("loaded_speed"),
                    .acceleration = fields.number("acceleration"),
                    .deceleration = fields.number("deceleration"),
                    .dispatch = fields.choice("dispatch", dispatchWords, Dispatch::Nearest),
                    .parking = lookUpAll(fields, "parking", nodes_, "node"),
                    .chargers = lookUpAll(fields, "chargers", nodes_, "node"),
                    .failures = failures(fields),
                    .hourCost = fields.numberIn("cost", "hour")};
        if (fields.has("battery")) {
            const Battery usual;
            fleet.battery = {.capacity = fields.numberIn("battery", "capacity"),
                             .driving = fields.numberIn("battery", "driving"),
                             .standing = fields.numberIn("battery", "standing"),
                             .charging = fields.numberIn("battery", "charging"),
                             .chargeBelow = fields.numberIn("battery", "charge_below", usual.chargeBelow),
                             .chargeTo = fields.numberIn("battery", "charge_to", usual.chargeTo)};
        }
        process_.fleets.push_back(std::move(fleet));
    }

    void readInput(const Fields& fields, Station& station) {
        const std::string from = fields.text("from");
        const auto source = sources_.find(from);
        Input input{.fromSource = source != sources_.end() && !buffers_.contains(from),
                    .count = static_cast<std::uint32_t>(fields.integer("count", 1))};
        input.index = input.fromSource ? source->second : lookUp(fields, "from", buffers_, "buffer or source").value_or(0);
        station.inputs.push_back(input);
    }

    void readMakes(const Fields& fields, Station& station) {
        station.makes = {.count = static_cast<std::uint32_t>(fields.integer("count", 1)),
                         .product = lookUp(fields, "product", products_, "product")};
        if (station.makes->count == 1 && !fields.has("product"))
            fields.problem("count", "'makes' makes nothing of a part but the part: give a 'count' above 1 or a 'product'");
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
        if (plant_.at(signal.signal).derived)
            return fields.problem("signal", std::format("signal '{}' is computed from others: drive those", path));
        if (!named.emplace(path, true).second) return fields.problem("signal", std::format("signal '{}' is driven already", path));
        const ValueType type = plant_.at(signal.signal).type;
        if ((type == ValueType::String) != (signal.shows == Shows::State))
            return fields.problem(
                "shows", std::format("'{}' is {}: {}", path, type == ValueType::String ? "a text" : "no text",
                                     type == ValueType::String ? "it can only show a state" : "a state is shown by a text"));
        const bool content = signal.shows == Shows::Content;
        const bool ofVehicle = (signal.shows > Shows::Content && signal.shows < Shows::Voltage) ||
                               (signal.shows == Shows::State && fields.has("fleet"));
        const std::string_view key = content ? "buffer" : ofVehicle ? "fleet" : "station";
        if (!fields.has(key)) return fields.problem("signal", std::format("'{}' is missing: whose does '{}' show?", key, path));
        signal.of = lookUp(fields, key, content ? buffers_ : ofVehicle ? fleets_ : stations_, key).value_or(0);
        if (ofVehicle) {
            signal.vehicle = static_cast<std::uint32_t>(fields.integer("vehicle", 1) - 1);
            if (over_.table == nullptr && signal.of < process_.fleets.size() &&
                *signal.vehicle >= process_.fleets[signal.of].vehicles)
                fields.problem("vehicle", std::format("fleet '{}' has {} vehicles", fields.text("fleet"),
                                                      process_.fleets[signal.of].vehicles));
        }
        for (std::size_t i = 0; i < activities; ++i)
            signal.targets[i] = fields.number(activityWords[i]).value_or(fields.number("otherwise").value_or(0));
        signal.ramp = fields.number("ramp").value_or(0);
        signal.lag = fields.duration("lag").value_or(Duration::zero());
        readControl(fields, signal);
        signal.wear = fields.number("wear").value_or(0);
        signal.noise = fields.number("noise").value_or(0);
        signal.scale = fields.number("scale").value_or(1);
        signal.offset = fields.number("offset").value_or(0);
        signal.modulo = static_cast<std::uint32_t>(fields.integer("modulo", 0));
        signal.every = fields.duration("every").value_or(signal.every);
        signal.channel = static_cast<std::uint32_t>(fields.integer("channel", 1) - 1);
        if (signal.shows >= Shows::Voltage) checkCell(fields, signal);
        process_.signals.push_back(signal);
    }

    static void readControl(const Fields& fields, ProcessSignal& signal) {
        const Node* table = fields.find("pid");
        if (table == nullptr || table->kind != Node::Kind::Table) return;
        const Reader pid{*table};
        signal.pid = Control{.gain = pid.number("gain").value_or(1),
                             .reset = pid.duration("reset").value_or(Duration::zero()),
                             .rate = pid.duration("rate").value_or(Duration::zero()),
                             .low = pid.number("low").value_or(0),
                             .high = pid.number("high").value_or(0)};
        if (signal.shows != Shows::Quantity) fields.problem("pid", "'pid' belongs to a quantity");
        if (signal.lag <= Duration::zero()) fields.problem("pid", "'pid' needs 'lag': how fast the quantity follows the output");
        if (signal.pid->low >= signal.pid->high) fields.problem("pid", "'low' must be below 'high'");
    }

    // A signal of a cell is of a station with a recipe and of a channel that it has, and in a unit that can show it.
    void checkCell(const Fields& fields, const ProcessSignal& signal) {
        const Station& station = process_.stations[signal.of];
        if (!std::ranges::any_of(process_.recipes,
                                 [&](const Recipe& each) { return std::ranges::contains(each.stations, signal.of); }))
            return fields.problem("station", std::format("station '{}' has no [[process.recipe]]: there is no cell", station.id));
        if (signal.channel >= station.batch)
            fields.problem("channel", std::format("station '{}' holds {} cell{}: its 'batch'", station.id, station.batch,
                                                  station.batch == 1 ? "" : "s"));
        if (const auto unit = units::convert(unitOf(signal.shows), plant_.at(signal.signal).unit); !unit)
            fields.problem("signal", std::format("'{}': {}", plant_.at(signal.signal).path, unit.error().message));
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
        fault.amount = fields.number("amount").value_or(0);
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
            if (!needs("signal") || !needs("lasts") || (fault.kind == FaultKind::ClockJump && !needs("by")) ||
                (fault.kind == FaultKind::Drift && !needs("amount")))
                return;
            const std::string path = fields.text("signal");
            if (const EquipmentIndex equipment = plant_.findEquipment(path); equipment != noEquipment)
                fault.signals = plant_.at(equipment).signals;
            else if (const SignalIndex signal = plant_.findSignal(path); signal != noSignal)
                fault.signals = {signal};
            else
                fields.problem("signal", std::format("there is no signal or equipment '{}'", path));
            const bool computed = std::erase_if(fault.signals, [&](SignalIndex each) { return plant_.at(each).derived; }) > 0;
            if (computed && fault.signals.empty())
                fields.problem("signal", std::format("'{}' is computed from signals of feeds: name one of those", path));
            if (fault.kind == FaultKind::Drift) keepNumbers(fields, fault.signals);
        }
        process_.faults.push_back(std::move(fault));
    }

    // What a drift can be of.
    void keepNumbers(const Fields& fields, std::vector<SignalIndex>& signals) const {
        std::erase_if(signals, [&](SignalIndex each) { return plant_.at(each).type != ValueType::Float; });
        if (signals.empty()) fields.problem("signal", "only signals of type float drift");
    }

    ProcessText base_, over_;
    const Plant& plant_;
    std::size_t maximumItems_;
    std::size_t servers_ = 0;
    std::size_t firstConveyor_ = 0; // among the stations
    Process process_;
    std::array<std::vector<Fields>, 10> elements_;
    Index products_, shifts_, crews_, nodes_, edges_, fleets_, sources_, buffers_, stations_;
};

} // namespace

std::optional<Process> readProcess(const ProcessText& base, const ProcessText& over, const Plant& plant, std::size_t maximumItems) {
    if (base.table == nullptr || base.table->kind != Node::Kind::Table) return std::nullopt;
    return ProcessReader{base, over, plant, maximumItems}.read();
}

} // namespace millwright::plant
