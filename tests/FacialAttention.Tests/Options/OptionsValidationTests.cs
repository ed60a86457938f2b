using Microsoft.Extensions.Options;

namespace FacialAttention.Tests.Options;

public sealed class OptionsValidationTests
{
    [Fact]
    public void ThrowIfInvalid_Success_DoesNotThrow()
    {
        Action act = () => OptionsValidation.ThrowIfInvalid(new Answer(ValidateOptionsResult.Success), "options");

        act.Should().NotThrow();
    }

    [Fact]
    public void ThrowIfInvalid_Failures_ThrowsAllOfThem()
    {
        Action act = () => OptionsValidation.ThrowIfInvalid(new Answer(ValidateOptionsResult.Fail(["first", "second"])), "options");

        OptionsValidationException exception = act.Should().Throw<OptionsValidationException>().WithMessage("*first*second*").Which;
        exception.Failures.Should().Equal("first", "second");
        exception.OptionsType.Should().Be<string>();
    }

    private sealed class Answer(ValidateOptionsResult result) : IValidateOptions<string>
    {
        public ValidateOptionsResult Validate(string? name, string options) => result;
    }
}
