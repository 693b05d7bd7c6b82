{#-
    Stops a run whose variables have a wrong name or value, before anything is built. The variable
    allowed_values has the names and what each may be; what it cannot say is said here.
-#}
{% macro check_variables() %}
    {%- set allowed = var('allowed_values') -%}
    {%- set problems = [] -%}

    {%- for name in invocation_args_dict.get('vars', {})
        if name not in allowed and project_name == 'customer_segments' -%}
        {%- set meant = nearest(name, allowed | list) -%}
        {%- do problems.append(
            'Unknown variable ' ~ name ~ '.' ~ (' Did you mean ' ~ meant ~ '?' if meant)
            ~ ' Known: ' ~ allowed | sort | join(', ') ~ '.'
        ) -%}
    {%- endfor -%}
    {%- for name, rule in allowed.items() if rule is mapping -%}
        {%- for kind, values in rule.items() if not _is_allowed(kind, values, var(name)) -%}
            {%- do problems.append(
                'Variable ' ~ name ~ ' is ' ~ (var(name) | string | trim or 'empty')
                ~ '. Expected ' ~ _expected(kind, values) ~ '.'
            ) -%}
        {%- endfor -%}
    {%- endfor -%}

    {%- set as_of = var('as_of') | string -%}
    {%- set days = '[1-9][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])' -%}
    {%- set is_day = false -%}
    {%- if modules.re.fullmatch(days, as_of) -%}
        {#- A day that the month lacks, counted from its first, is one of the next month. -#}
        {%- set first = modules.datetime.date(as_of[:4] | int, as_of[5:7] | int, 1) -%}
        {%- set day = first + modules.datetime.timedelta(days=(as_of[8:] | int) - 1) -%}
        {%- set is_day = day | string == as_of -%}
    {%- endif -%}
    {%- if as_of != 'data' and not is_day -%}
        {%- do problems.append(
            'Variable as_of is ' ~ as_of
            ~ '. Expected data or a day of the calendar such as 2011-09-01.'
        ) -%}
    {%- endif -%}

    {%- set prices = var('price_band_bounds') -%}
    {%- if prices is string or prices is not sequence or not prices
        or prices | reject('number') | list or prices | select('lt', 0.01) | list
        or prices | select('gt', 1000000000) | list
        or prices != prices | unique | sort -%}
        {%- do problems.append(
            'Variable price_band_bounds is ' ~ prices ~ '. Expected prices above 0 from low to '
            ~ 'high, such as [1, 2, 5, 10].'
        ) -%}
    {%- endif -%}

    {%- if problems -%}
        {{ exceptions.raise_compiler_error(problems | join(' ')) }}
    {%- endif -%}
{% endmacro %}

{% macro _is_allowed(kind, values, value) %}
    {%- if kind == 'choice' -%}
        {%- do return(value in values) -%}
    {%- elif kind == 'text' -%}
        {%- do return(value is string and value | trim != '') -%}
    {%- elif kind == 'code' -%}
        {%- do return(modules.re.fullmatch('[A-Z]{3}', value | string) is not none) -%}
    {%- elif kind == 'list_with' -%}
        {%- do return(
            value is sequence and value is not string
            and not values | reject('in', value) | list
        ) -%}
    {%- elif kind == 'texts' -%}
        {%- do return(
            value is mapping and not value | reject('in', values) | list
            and not value.values() | reject('string') | list
        ) -%}
    {%- elif kind == 'lists' -%}
        {%- do return(
            value is mapping and not value | reject('in', values) | list
            and not value.values() | select('string') | list
            and not value.values() | reject('sequence') | list
        ) -%}
    {%- endif -%}
    {%- set low, high = values -%}
    {%- if kind in ('share', 'zero_or_number') -%}
        {%- do return(
            value is number and value is not boolean
            and (low <= value <= high or kind == 'zero_or_number' and value == 0)
        ) -%}
    {%- elif kind == 'bounds' -%}
        {%- do return(
            value is sequence and value is not string and value | length == 2
            and value[0] is integer and value[1] is integer
            and low <= value[0] <= value[1] <= high
        ) -%}
    {%- endif -%}
    {%- do return(
        (kind == 'count_or_auto' and value == 'auto')
        or (value is integer and low <= value <= high)
    ) -%}
{% endmacro %}

{% macro _expected(kind, values) %}
    {%- if kind == 'choice' -%}
        {%- do return('one of: ' ~ values | join(', ')) -%}
    {%- elif kind in ('text', 'code') -%}
        {%- do return(values) -%}
    {%- elif kind == 'list_with' -%}
        {%- do return(
            'a list of columns of fct_customer_features, ' ~ values | join(' and ')
            ~ ' among them: segments are named by these two'
        ) -%}
    {%- elif kind == 'texts' -%}
        {%- do return('texts by any of: ' ~ values | join(', ')) -%}
    {%- elif kind == 'lists' -%}
        {%- do return('lists by any of: ' ~ values | join(', ')) -%}
    {%- endif -%}
    {%- set range = values | join(' to ') -%}
    {%- do return({
        'count': 'a whole number from ' ~ range,
        'count_or_auto': 'a whole number from ' ~ range ~ ', or auto',
        'share': 'a share from ' ~ range,
        'zero_or_number': '0, or a number from ' ~ range,
        'bounds': 'the smallest and the largest number of clusters, from ' ~ range ~ ', such as [3, 6]',
    }[kind]) -%}
{% endmacro %}
