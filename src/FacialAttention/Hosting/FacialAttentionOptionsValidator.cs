using Microsoft.Extensions.Options;

namespace FacialAttention;

[OptionsValidator]
internal sealed partial class FacialAttentionOptionsValidator : IValidateOptions<FacialAttentionOptions>;
