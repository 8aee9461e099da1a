#pragma once

#include <millwright/core/progress.hpp>

#include <Message_ProgressIndicator.hxx>
#include <mutex>
#include <string>

namespace millwright::cad {

/// Passes OpenCASCADE's progress on as the part [from, to] of the whole, one call a percent.
class PartOfProgress : public Message_ProgressIndicator {
public:
    PartOfProgress(const Progress& progress, std::string stage, double from, double to)
        : progress_{progress}, stage_{std::move(stage)}, from_{from}, to_{to} {}

    Standard_Boolean UserBreak() override { return progress_.cancelled(); }
    void Show(const Message_ProgressScope&, const Standard_Boolean) override {
        const double position = GetPosition();
        if (position < shown_ + 0.01) return;
        shown_ = position;
        progress_(from_ + (to_ - from_) * position, stage_);
    }

private:
    const Progress& progress_;
    std::string stage_;
    double from_;
    double to_;
    double shown_ = 0;
};

} // namespace millwright::cad
