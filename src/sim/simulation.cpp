#include "sim/engine.hpp"

namespace millwright::sim {

Simulation::Simulation(const Model& model, std::uint64_t seed) : engine_{std::make_unique<Engine>(model.shared(), seed)} {}
Simulation::Simulation(const Model& model, std::uint64_t seed, const InitialState& initial)
    : engine_{std::make_unique<Engine>(model.shared(), seed, initial)} {}
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
bool Simulation::failNow(std::size_t station, std::size_t failure) {
    return engine_->failNow(static_cast<std::uint32_t>(station), static_cast<std::uint32_t>(failure));
}
plant::Activity Simulation::activity(std::size_t station) const {
    return engine_->activity(static_cast<std::uint32_t>(station));
}
std::uint64_t Simulation::finished(std::size_t station) const {
    return engine_->finished(static_cast<std::uint32_t>(station));
}
std::uint32_t Simulation::content(std::size_t buffer) const {
    return engine_->content(static_cast<std::uint32_t>(buffer));
}
VehicleNow Simulation::vehicle(std::size_t fleet, std::size_t number) const {
    return engine_->vehicleNow(static_cast<std::uint32_t>(fleet), static_cast<std::uint32_t>(number));
}
Balance Simulation::balance() const {
    return engine_->balance();
}
Digest Simulation::stateHash() const {
    return engine_->stateHash();
}

} // namespace millwright::sim
