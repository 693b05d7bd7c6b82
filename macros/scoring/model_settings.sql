{#-
    What a fit depends on, as text: a model goes on being used while it stays. Those are the settings
    that ml_kmeans_parameters is fitted with, who the customers are, and which features are scaled as
    square roots; and, where it takes a number of clusters, its rule.
-#}
{% macro model_settings() -%}
    {{ quoted(_settings_text(_fit_settings())) }}
{%- endmacro %}

{#-
    Whether a stored text is that of these settings. Until 0.2.0 nothing held KMeans at its starts, of
    which it took one step, and two tastes were the default: a model of then goes on where today's
    defaults stand, because labels outlive an upgrade.
-#}
{% macro is_of_these_settings(text) -%}
    {%- set asked = _fit_settings() -%}
    {%- set known = [asked] -%}
    {%- if asked.get('kmeans_prior') | string == '1' and asked.kmeans_max_iter | string == '300' -%}
        {%- set tastes_asked = asked.taste_cluster_count -%}
        {%- for tastes in ([2, 'auto'] if tastes_asked == 'auto' else [tastes_asked]) -%}
            {%- set before = _fit_settings({'kmeans_max_iter': 1, 'taste_cluster_count': tastes}) -%}
            {%- do before.pop('kmeans_prior', none) -%}
            {%- if before.pop('taste_stability_min', none) is not none -%}
                {%- do before.update({'cluster_min_share': before.pop('behaviour_min_share')}) -%}
                {%- do before.pop('taste_min_relative_size') -%}
            {%- endif -%}
            {%- do known.append(before) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- set texts = [] -%}
    {%- for settings in known -%}
        {%- do texts.append(quoted(_settings_text(settings))) -%}
    {%- endfor -%}
    {{ text }} in ({{ texts | join(', ') }})
{%- endmacro %}

{#- Neither parsing nor a unit test knows the other models: no settings there. -#}
{% macro _fit_settings(others={}) -%}
    {%- if not execute or not graph.nodes -%}
        {%- do return({}) -%}
    {%- endif -%}
    {%- set model = graph.nodes['model.customer_segments.ml_kmeans_parameters'] -%}
    {%- set settings = dict(model.config.meta.settings.fit, **others) -%}
    {%- if 'auto' in settings.values() -%}
        {%- do settings.update(model.config.meta.settings.cluster_counts) -%}
    {%- endif -%}
    {%- set is_days = [] -%}
    {%- for name in clustered_features() if feature_unit(name) == 'days' -%}
        {%- do is_days.append(name) -%}
    {%- endfor -%}
    {%- do settings.update({
        'customer_scope': var('customer_scope'),
        'home_country': var('home_country'),
        'square_root_features': is_days,
    }) -%}
    {%- do return(settings) -%}
{%- endmacro %}

{% macro _settings_text(settings) -%}
    {%- set found = [] -%}
    {%- for name, value in settings | dictsort if value is not mapping -%}
        {%- do found.append(
            name ~ '=' ~ (value if value is string or value is not iterable else value | join(' '))
        ) -%}
    {%- endfor -%}
    {%- do return(found | join(', ')) -%}
{%- endmacro %}
