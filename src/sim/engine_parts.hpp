#pragma once

#include "sim/engine.hpp"

#include <algorithm>

// Random numbers, and parts while they wait: inline, so that the compiler sees the hot path whole.
namespace millwright::sim {

// --- random numbers ----------------------------------------------------------------------------------------------------------

inline SimTime Engine::draw(std::uint32_t index) {
    const Sampler& sampler = model_->samplers[index];
    return sample(sampler, streams_[sampler.stream], seed_, model_->values.data());
}

inline Node Engine::choose(const CompiledRoute& route, std::uint32_t part) {
    if (route.only != none) return route.only;
    switch (route.rule) {
    case plant::RouteRule::Share: return chooseByShare(route);
    case plant::RouteRule::First: return anyBranch;
    case plant::RouteRule::Shortest: return shortest(route);
    case plant::RouteRule::Product: break;
    }
    const CompiledBranch* branch = &model_->branches[route.firstBranch];
    while (branch->product != none && branch->product != parts_[part].product) ++branch;
    return branch->to;
}

inline Node Engine::chooseByShare(const CompiledRoute& route) {
    const double uniform = toUniform(streams_[route.stream].next(seed_, route.streamId));
    const CompiledBranch* branch = &model_->branches[route.firstBranch];
    while (branch->cumulative < uniform) ++branch;
    return branch->to;
}

inline Node Engine::shortest(const CompiledRoute& route) const {
    Node best = none;
    std::uint32_t fewest = none;
    for (std::uint32_t i = 0; i < route.branches; ++i) {
        const Node node = model_->branches[route.firstBranch + i].to;
        std::uint32_t parts = 0;
        if (model_->isBuffer(node)) {
            parts = stores_[node].count + stores_[node].reserved;
        } else if (model_->isStation(node)) {
            const std::uint32_t station = model_->stationOf(node);
            const bool carries = model_->stations[station].fleet != none;
            parts = carries ? stations_[station].waiters : model_->stations[station].servers - stations_[station].freeCount;
            if (const std::uint32_t conveyor = model_->stations[station].conveyor; conveyor != none)
                parts = stores_[model_->firstConveyorStore + conveyor].count;
        }
        if (parts >= fewest) continue;
        fewest = parts;
        best = node;
    }
    return best;
}

inline SimTime Engine::nextArrival(const CompiledSource& source) {
    if (source.every == none) return nextOf(source);
    if (source.rate == none) return now_ + draw(source.every);
    const SimTime next = model_->rates[source.rate].after(now_ - shiftsBegan_, static_cast<double>(draw(source.every)) * 1e-9);
    return next == never ? never : next + shiftsBegan_;
}

// --- parts that wait ---------------------------------------------------------------------------------------------------------

inline std::uint32_t Engine::newPart(const Part& part) {
    std::uint32_t index = freeParts_;
    if (index != none) {
        freeParts_ = parts_[index].next;
    } else {
        index = static_cast<std::uint32_t>(parts_.size());
        parts_.emplace_back();
        if (!model_->orders.empty()) orderOf_.emplace_back();
    }
    if (!model_->orders.empty()) orderOf_[index] = none;
    parts_[index] = part;
    parts_[index].serial = serial_++;
    if (++partsInProgress_ > model_->process.maximumParts && !failure_) failure_ = tooManyParts();
    return index;
}

inline std::uint32_t Engine::createPart(std::uint32_t source) {
    ++sources_[source].made;
    ++sources_[source].created;
    return newPart({.created = now_,
                    .entered = now_,
                    .product = model_->sources[source].product,
                    .source = static_cast<std::uint16_t>(source)});
}

inline void Engine::freePart(std::uint32_t part) {
    parts_[part].next = freeParts_;
    freeParts_ = part;
    --partsInProgress_;
}

// The part is no longer one of its source's.
inline void Engine::forget(std::uint32_t part) {
    const std::uint16_t source = parts_[part].source;
    if (model_->sources[source].closed) {
        --sources_[source].outstanding;
        unsettled_.push_back(model_->source(source));
    }
    if (!orderOf_.empty()) leaveOrder(part);
    freePart(part);
}

inline void Engine::leaveProcess(std::uint32_t index, bool good) {
    const Part& part = parts_[index];
    ProductState& product = products_[part.product];
    if (good) {
        ++product.made;
        ++done_;
        product.inSystem += static_cast<double>(now_ - part.created);
    } else {
        ++product.scrapped;
        ++scrapped_;
        if (!orderOf_.empty() && orderOf_[index] != none) ++orderCounts_[orders_[orderOf_[index]].order].scrapped;
    }
    forget(index);
}

inline void Engine::count(Store& store) {
    store.content += static_cast<double>(now_ - store.changed) * store.count;
    store.changed = now_;
}

inline std::uint32_t Engine::storeOf(std::uint32_t source) const {
    return model_->buffersEnd + source;
}

inline void Engine::put(std::uint32_t index, std::uint32_t part) {
    Store& store = stores_[index];
    count(store);
    ++store.entered;
    store.max = std::max(store.max, ++store.count);
    parts_[part].entered = now_;
    Chain* list = nullptr;
    if (index < model_->buffersEnd) {
        const CompiledBuffer& buffer = model_->buffers[index];
        list = &lists_[buffer.firstList + (buffer.lists > 1 ? model_->listOfProduct[parts_[part].product] : 0)];
        if (buffer.patience != none) beginPatience(index, part, *list);
        if (buffer.discipline == plant::Discipline::Lifo) {
            parts_[part].next = list->head;
            list->head = part;
            if (list->tail == none) list->tail = part;
            return;
        }
    } else {
        list = &lists_[model_->firstSourceList + (index - model_->buffersEnd)];
    }
    parts_[part].next = none;
    if (list->tail == none)
        list->head = part;
    else
        parts_[list->tail].next = part;
    list->tail = part;
}

// The list that the next part of a store comes from; the store is not empty.
inline std::uint32_t Engine::frontList(std::uint32_t index) const {
    if (index >= model_->buffersEnd) return model_->firstSourceList + (index - model_->buffersEnd);
    std::uint32_t list = model_->buffers[index].firstList;
    while (lists_[list].head == none) ++list;
    return list;
}

inline std::uint32_t Engine::takeFrom(std::uint32_t index) {
    Store& store = stores_[index];
    count(store);
    Chain& list = lists_[frontList(index)];
    const std::uint32_t part = list.head;
    list.head = parts_[part].next;
    if (list.head == none) list.tail = none;
    --store.count;
    ++store.left;
    store.waited += static_cast<double>(now_ - parts_[part].entered);
    if (model_->isBuffer(index) && model_->buffers[index].patience != none) endPatience(index, part);
    return part;
}

} // namespace millwright::sim
