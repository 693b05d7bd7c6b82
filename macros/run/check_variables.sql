{#- Stops a run whose variables have a wrong name or value, before anything is built. -#}
{% macro check_variables() %}
    {%- set choices = {
        'customer_scope': ['international', 'all'],
        'date_order': ['infer', 'month_first', 'day_first'],
        'diagnostics': [true, false],
        'refit': [true, false, 'force'],
        'segment_size_severity': ['warn', 'error'],
        'stability_severity': ['warn', 'error'],
    } -%}
    {%- set shares = {
        'audience_holdout_share': [0, 1],
        'audience_return_share': [0, 1],
        'behaviour_clip_share': [0, 0.25],
        'cluster_jaccard_min': [0, 1],
        'cluster_min_share': [0, 0.5],
        'cluster_stability_min': [0, 1],
        'malformed_max_share': [0, 1],
        'model_min_item_share': [0, 1],
        'over_bought_max_q': [0, 1],
        'refit_max_changed_share': [0, 1],
        'segment_jaccard_min': [0, 1],
        'segment_min_share': [0, 1],
        'segment_max_share': [0, 1],
        'stability_min': [0, 1],
    } -%}
    {%- set counts = {
        'audience_min_customers': [1, 1000000],
        'audience_return_days': [1, 100000],
        'wholesale_line_units': [1, 1000000],
        'taste_component_count': [1, 50],
        'item_min_customers': [1, 1000000],
        'diagnostics_repeat_count': [2, 1000],
        'diagnostics_customer_limit': [100, 20000],
        'fit_customer_limit': [100, 100000000],
        'history_month_count': [1, 1200],
        'kmeans_max_iter': [0, 1000],
        'next_best_candidate_count': [1, 10000],
        'next_best_item_count': [1, 1000],
        'next_best_prior_customers': [0, 1000000],
        'random_seed': [0, 4294967295],
        'reorder_days': [1, 3660],
        'segment_item_min_customers': [1, 1000000],
        'stability_customer_limit': [100, 100000],
        'stability_repeat_count': [2, 1000],
        'value_customer_limit': [100, 1000000],
        'value_min_repeat_customers': [2, 1000000],
    } -%}
    {%- set counts_or_auto = {
        'behaviour_cluster_count': [2, 10],
        'taste_cluster_count': [2, 10],
    } -%}
    {%- set bounds = {
        'behaviour_cluster_bounds': [2, 10],
        'taste_cluster_bounds': [2, 10],
    } -%}
    {%- set texts = [
        'home_country', 'as_of', 'audience_salt', 'behaviour_features', 'price_band_bounds'
    ] -%}
    {%- set known = texts + (choices | list) + (counts | list) + (counts_or_auto | list)
        + (shares | list) + (bounds | list) -%}
    {%- set problems = [] -%}

    {%- for name in invocation_args_dict.get('vars', {}) if name not in known -%}
        {%- do problems.append(
            'Unknown variable ' ~ name ~ '. Known: ' ~ known | sort | join(', ') ~ '.'
        ) -%}
    {%- endfor -%}
    {%- for name, allowed in choices.items() if var(name) not in allowed -%}
        {%- do problems.append(
            'Variable ' ~ name ~ ' is ' ~ var(name) ~ '. Expected one of: '
            ~ allowed | join(', ') ~ '.'
        ) -%}
    {%- endfor -%}
    {%- for name, (low, high) in counts.items() -%}
        {%- set value = var(name) -%}
        {%- if value is not integer or value < low or value > high -%}
            {%- do problems.append(
                'Variable ' ~ name ~ ' is ' ~ value ~ '. Expected a whole number from '
                ~ low ~ ' to ' ~ high ~ '.'
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for name, (low, high) in counts_or_auto.items() -%}
        {%- set value = var(name) -%}
        {%- if value != 'auto' and (value is not integer or value < low or value > high) -%}
            {%- do problems.append(
                'Variable ' ~ name ~ ' is ' ~ value ~ '. Expected a whole number from '
                ~ low ~ ' to ' ~ high ~ ', or auto.'
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for name, (low, high) in shares.items() -%}
        {%- set value = var(name) -%}
        {%- if value is not number or value is boolean or value < low or value > high -%}
            {%- do problems.append(
                'Variable ' ~ name ~ ' is ' ~ value ~ '. Expected a share from '
                ~ low ~ ' to ' ~ high ~ '.'
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for name, (low, high) in bounds.items() -%}
        {%- set value = var(name) -%}
        {%- if value is string or value is not sequence or value | length != 2
            or value[0] is not integer or value[1] is not integer
            or not low <= value[0] <= value[1] <= high -%}
            {%- do problems.append(
                'Variable ' ~ name ~ ' is ' ~ value ~ '. Expected the smallest and the largest '
                ~ 'number of clusters, from ' ~ low ~ ' to ' ~ high ~ ', such as [3, 6].'
            ) -%}
        {%- endif -%}
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

    {%- if var('home_country') is not string or not var('home_country') | trim -%}
        {%- do problems.append('Variable home_country is empty. Expected a country as the file writes it.') -%}
    {%- endif -%}
    {%- set prices = var('price_band_bounds') -%}
    {%- if prices is string or prices is not sequence or not prices
        or prices | reject('number') | list or prices | select('lt', 0.01) | list
        or prices != prices | unique | sort -%}
        {%- do problems.append(
            'Variable price_band_bounds is ' ~ prices ~ '. Expected prices above 0 from low to '
            ~ 'high, such as [1, 2, 5, 10].'
        ) -%}
    {%- endif -%}
    {%- set features = var('behaviour_features') -%}
    {%- if features is string or 'net_sales' not in features or 'recency_days' not in features -%}
        {%- do problems.append(
            'Variable behaviour_features is ' ~ features ~ '. Expected a list of columns of '
            ~ 'fct_customer_features, net_sales and recency_days among them: segments are named '
            ~ 'by these two.'
        ) -%}
    {%- endif -%}

    {%- if problems -%}
        {{ exceptions.raise_compiler_error(problems | join(' ')) }}
    {%- endif -%}
{% endmacro %}
