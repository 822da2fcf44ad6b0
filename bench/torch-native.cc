// The training loop of torch.bench.mjs in C++, on the same libtorch with the same operators: what the TypeScript loop is
// measured against. Arguments: THREADS DEVICE. Reads lines "NETWORK STEPS" and answers each with "SECONDS CPU-SECONDS LOSS".
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>

#include <chrono>
#include <cmath>
#include <ctime>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "../packages/torch/native/allocator.h"

namespace {

using at::Tensor;

at::TensorOptions options;  // float32 on the device under test

struct Norm {
  Tensor weight, bias, mean, variance;
};

struct Network {
  std::vector<Tensor> parameters;
  std::vector<Norm> norms;
  std::vector<Tensor> convolutions;
  std::vector<int64_t> widths;
  int64_t blocks;
  Tensor classifier, classifierBias;
  std::vector<Tensor> momenta;

  Tensor parameter(Tensor value) {
    parameters.push_back(value.set_requires_grad(true));
    return value;
  }

  void convolution(int64_t in, int64_t out, int64_t kernel) {
    const double scale = std::sqrt(2.0 / static_cast<double>(out * kernel * kernel));
    convolutions.push_back(parameter(at::randn({out, in, kernel, kernel}, options).mul_(scale)));
    norms.push_back({parameter(at::ones({out}, options)), parameter(at::zeros({out}, options)), at::zeros({out}, options),
                     at::ones({out}, options)});
  }

  Network(std::vector<int64_t> w, int64_t b) : widths(std::move(w)), blocks(b) {
    convolution(3, widths[0], 3);
    int64_t in = widths[0];
    for (int64_t width : widths)
      for (int64_t block = 0; block < blocks; block++) {
        convolution(in, width, 3);
        convolution(width, width, 3);
        if (in != width) convolution(in, width, 1);
        in = width;
      }
    classifier = parameter(at::randn({10, in}, options).mul_(0.01));
    classifierBias = parameter(at::zeros({10}, options));
    for (const auto& each : parameters) momenta.push_back(at::zeros_like(each));
  }

  Tensor layer(const Tensor& x, size_t index, int64_t stride) {
    const Tensor& weight = convolutions[index];
    const int64_t padding = weight.size(2) / 2;
    const Tensor y = at::conv2d(x, weight, {}, {stride, stride}, {padding, padding});
    const Norm& norm = norms[index];
    return at::batch_norm(y, norm.weight, norm.bias, norm.mean, norm.variance, true, 0.1, 1e-5, true);
  }

  Tensor forward(const Tensor& x) {
    size_t index = 0;
    Tensor y = at::relu(layer(x, index++, 1));
    int64_t in = widths[0];
    for (size_t stage = 0; stage < widths.size(); stage++)
      for (int64_t block = 0; block < blocks; block++) {
        const int64_t stride = stage > 0 && block == 0 ? 2 : 1;
        Tensor z = at::relu(layer(y, index++, stride));
        z = layer(z, index++, 1);
        const Tensor shortcut = in == widths[stage] ? y : layer(y, index++, stride);
        y = at::relu(at::add(z, shortcut));
        in = widths[stage];
      }
    return at::linear(at::flatten(at::adaptive_avg_pool2d(y, {1, 1}), 1), classifier, classifierBias);
  }

  double step(const Tensor& x, const Tensor& target) {
    const Tensor loss = at::cross_entropy_loss(forward(x), target);
    torch::autograd::backward({loss}, {});
    std::vector<Tensor> gradients;
    {
      at::NoGradGuard guard;
      for (const auto& each : parameters) gradients.push_back(each.grad());
      at::_foreach_add_(gradients, parameters, 5e-4);
      at::_foreach_mul_(momenta, 0.9);
      at::_foreach_add_(momenta, gradients);
      at::_foreach_add_(parameters, momenta, -0.01);
    }
    for (const auto& each : parameters) each.mutable_grad() = Tensor();
    return loss.item().toDouble();
  }
};

}  // namespace

int main(int, char** arguments) {
  relent::keepFreedMemory();
  at::set_num_threads(std::stoi(arguments[1]));
  options = options.device(at::Device(arguments[2]));
  at::manual_seed(1);
  const Tensor x = at::randn({128, 3, 32, 32}, options);
  const Tensor target = at::arange(128).remainder(10).to(options.device());
  std::map<std::string, std::unique_ptr<Network>> networks;
  std::string name;
  int steps = 0;
  while (std::cin >> name >> steps) {
    auto& network = networks[name];
    if (!network) {
      at::manual_seed(2);
      network = name == "resnet20" ? std::make_unique<Network>(std::vector<int64_t>{16, 32, 64}, 3)
                                   : std::make_unique<Network>(std::vector<int64_t>{64, 128, 256, 512}, 2);
    }
    double loss = 0;
    const std::clock_t cpu = std::clock();
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < steps; i++) loss = network->step(x, target);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    const double cpuSeconds = static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC;
    std::cout.precision(9);
    std::cout << seconds.count() << " " << cpuSeconds << " " << loss << std::endl;
  }
}
