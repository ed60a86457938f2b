using Microsoft.Extensions.Options;

namespace FacialAttention;

[OptionsValidator]
internal sealed partial class PatchGatedCnnOptionsValidator : IValidateOptions<PatchGatedCnnOptions>;
