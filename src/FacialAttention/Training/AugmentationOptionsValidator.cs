using Microsoft.Extensions.Options;

namespace FacialAttention;

[OptionsValidator]
internal sealed partial class AugmentationOptionsValidator : IValidateOptions<AugmentationOptions>;
