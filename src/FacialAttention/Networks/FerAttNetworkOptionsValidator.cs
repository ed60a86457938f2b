using Microsoft.Extensions.Options;

namespace FacialAttention;

[OptionsValidator]
internal sealed partial class FerAttNetworkOptionsValidator : IValidateOptions<FerAttNetworkOptions>;
