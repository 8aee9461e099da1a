#include "sim/engine.hpp"

namespace millwright::sim {

Simulation::Simulation(const Model& model, std::uint64_t seed) : engine_{std::make_unique<Engine>(model.shared(), seed)} {}
Simulation::Simulation(const Simulation& other) : engine_{std::make_unique<Engine>(*other.engine_)} {}
Simulation& Simulation::operator=(const Simulation& other) {
    *engine_ = *other.engine_;
    return *this;
}
Simulation::Simulation(Simulation&&) noexcept = default;
Simulation& Simulation::operator=(Simulation&&) noexcept = default;
Simulation::~Simulation() = default;

Result<void> Simulation::runTo(Duration time) {
    return engine_->runTo(time.count());
}
Result<bool> Simulation::step(Duration limit) {
    return engine_->step(limit.count());
}
Simulation Simulation::branch(std::uint64_t seed) const {
    Simulation fork{*this};
    fork.engine_->reseed(seed);
    return fork;
}
Duration Simulation::now() const {
    return Duration{engine_->now()};
}
std::uint64_t Simulation::events() const {
    return engine_->events();
}
std::uint32_t Simulation::partsInProgress() const {
    return engine_->partsInProgress();
}
std::uint64_t Simulation::partsDone() const {
    return engine_->partsDone();
}
void Simulation::resetStatistics() {
    engine_->resetStatistics();
}
Report Simulation::report() const {
    return engine_->report();
}
Balance Simulation::balance() const {
    return engine_->balance();
}
Digest Simulation::stateHash() const {
    return engine_->stateHash();
}

} // namespace millwright::sim
