using System.Diagnostics.CodeAnalysis;

namespace Marketplace.Kernel;

/// <summary>A value or the typed reason why there is none. A refusal is expected; a fault is an exception.</summary>
public readonly struct Result<T, TRejection> : IEquatable<Result<T, TRejection>>
    where TRejection : struct, Enum
{
    private readonly T? value;

    private Result(bool isOk, T? value, TRejection rejection)
    {
        IsOk = isOk;
        this.value = value;
        Rejection = rejection;
    }

    public bool IsOk { get; }

    /// <summary>Why there is no value; meaningful only when <see cref="IsOk"/> is false.</summary>
    public TRejection Rejection { get; }

    /// <exception cref="InvariantViolationException">The result is a refusal.</exception>
    public T Value => IsOk ? value! : throw new InvariantViolationException($"There is no value: {Rejection}.");

    public bool TryGet([MaybeNullWhen(false)] out T found)
    {
        found = value;
        return IsOk;
    }

    public TOut Match<TOut>(Func<T, TOut> ok, Func<TRejection, TOut> refused) => IsOk ? ok(value!) : refused(Rejection);

    public static implicit operator Result<T, TRejection>(T value) => new(true, value, default);

    public static implicit operator Result<T, TRejection>(TRejection rejection) => new(false, default, rejection);

    /// <summary>For values whose static type is an interface, which no implicit conversion accepts.</summary>
    public static Result<T, TRejection> Ok(T value) => new(true, value, default);

    public bool Equals(Result<T, TRejection> other) => IsOk == other.IsOk
        && EqualityComparer<T?>.Default.Equals(value, other.value)
        && EqualityComparer<TRejection>.Default.Equals(Rejection, other.Rejection);

    public override bool Equals(object? obj) => obj is Result<T, TRejection> other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(IsOk, value, Rejection);

    public override string ToString() => IsOk ? $"Ok({value})" : $"Refused({Rejection})";

    public static bool operator ==(Result<T, TRejection> left, Result<T, TRejection> right) => left.Equals(right);

    public static bool operator !=(Result<T, TRejection> left, Result<T, TRejection> right) => !left.Equals(right);
}
