using Microsoft.Extensions.Options;

namespace FacialAttention;

[OptionsValidator]
internal sealed partial class OnnxExportOptionsValidator : IValidateOptions<OnnxExportOptions>;
